/** npm test: the whole suite. Installs nothing, except missing programs where CI=true or AERIE_APT=1. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPrograms } from './apt.ts';
import { installLine, programNames, programPath } from './programs.ts';
import { onLeash, root } from './runtime.js';
import { step } from './steps.js';
import type { Summary } from './summary-reporter.ts';
import { buildWeb, webIsStale } from './web-build.js';

/** Every program must be there, so that nothing is skipped. */
const complete = process.env.CI === 'true' || process.env.AERIE_APT === '1';

if (complete) installPrograms(programNames.filter(name => programPath(name) === undefined));

let failed = 0;
if (webIsStale()) {
  await step('building the web UI', 'web UI built', buildWeb).catch((error: Error) => {
    console.error(error.message);
    failed++;
  });
}

const { code, summary } = await runVitest(process.argv.slice(2));
if (!summary) console.error(`vitest ended with ${code} before it had run the suite.`);
else if (summary.passed + summary.failed === 0) console.error('No test ran.');
else printSkipped(summary);

const passed = summary?.passed ?? 0;
const skipped = summary?.skipped.length ?? 0;
failed += summary?.failed ?? 0;
// Whatever went wrong outside a test counts as one failed test: a crash, an empty run, a fault that vitest alone saw.
if (failed === 0 && (code !== 0 || passed === 0)) failed = 1;
if (complete && skipped > 0) console.error('Skipped tests count as a failure here (CI=true or AERIE_APT=1).');
process.exitCode = failed > 0 || (complete && skipped > 0) ? 1 : 0;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);

/** Runs vitest as a process of its own, so that its crash is seen as one. */
async function runVitest(args: string[]): Promise<{ code: number | string; summary: Summary | undefined }> {
  const folder = mkdtempSync(join(tmpdir(), 'aerie-suite-'));
  const file = join(folder, 'summary.json');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts', 'summary-reporter.ts')}`];
  const child = onLeash([vitest, 'run', ...reporters, ...args], {
    cwd: root,
    env: { ...process.env, AERIE_SUMMARY: file },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  try {
    return { code: code ?? signal ?? 'nothing', summary: JSON.parse(readFileSync(file, 'utf8')) as Summary };
  } catch {
    return { code: code ?? signal ?? 'nothing', summary: undefined };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function printSkipped({ missing, skipped }: Summary): void {
  for (const { suite, programs } of missing) {
    console.log(`skipped: ${suite} (needs ${programs.join(', ')}: ${programs.map(installLine).join(' && ')})`);
  }
  for (const test of skipped) if (!missing.some(({ suite }) => test.startsWith(suite))) console.log(`skipped: ${test}`);
}
