import type { Summary } from './summary-reporter.ts';

export interface Verdict {
  passed: number;
  failed: number;
  skipped: number;
  exitCode: 0 | 1;
  /** Why it failed, where no failed test says so. */
  reasons: string[];
}

/**
 * What a run of the suite amounts to. What goes wrong outside a test counts as one failed test: a crash, an empty run,
 * a fault that vitest alone saw.
 * @param ended exit code or signal of vitest
 * @param summary what it counted, unless it crashed before the end
 * @param complete a skipped test is a failure too
 */
export function verdictOf(ended: number | string, summary: Summary | undefined, complete: boolean): Verdict {
  const passed = summary?.passed ?? 0;
  const skipped = summary?.skipped.length ?? 0;
  let failed = summary?.failed ?? 0;
  const reasons: string[] = [];
  if (!summary) reasons.push(`vitest ended with ${ended} before it had run the suite.`);
  else if (passed + failed === 0) reasons.push('No test ran.');
  else if (ended !== 0 && failed === 0) reasons.push(`vitest ended with ${ended} although no test failed.`);
  if (reasons.length > 0) failed = Math.max(failed, 1);
  if (complete && skipped > 0) reasons.push('A skipped test is a failure here (CI=true or AERIE_APT=1).');
  return { passed, failed, skipped, reasons, exitCode: failed > 0 || reasons.length > 0 ? 1 : 0 };
}
