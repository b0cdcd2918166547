import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';
import type { ProgramName } from './programs.ts';

/** What a run of the suite came to. */
export interface Summary {
  passed: number;
  /** Tests that failed, and faults outside tests: a file that does not load, a hook that throws, an unhandled rejection. */
  failed: number;
  /** Full names. */
  skipped: string[];
  /** Suites that were skipped for want of programs. */
  missing: { suite: string; programs: ProgramName[] }[];
}

/** Counts a run for scripts/suite.ts and writes the counts to the file that AERIE_SUMMARY names. */
class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const summary: Summary = { passed: 0, failed: unhandled.length, skipped: [], missing: [] };
    for (const module of modules) {
      const place = module.relativeModuleId;
      const suites = [...module.children.allSuites()];
      summary.failed += [module, ...suites].filter(part => part.errors().length > 0).length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') summary.passed++;
        else if (state === 'skipped') summary.skipped.push(`${place} > ${test.fullName}`);
        // A test still pending when the run is over was cut off.
        else summary.failed++;
      }
      for (const suite of suites) {
        const programs = missingPrograms(suite);
        if (programs) summary.missing.push({ suite: `${place} > ${suite.fullName}`, programs });
      }
    }
    const file = process.env.AERIE_SUMMARY;
    if (file) writeFileSync(file, JSON.stringify(summary));
  }
}

function missingPrograms(suite: TestSuite): ProgramName[] | undefined {
  return (suite.meta() as { missing?: ProgramName[] }).missing;
}

// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export
export default SummaryReporter;
