/** npm test: the whole suite. Installs nothing, except missing programs where CI=true or AERIE_APT=1. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPrograms } from './apt.ts';
import { installLine, programNames, programPath } from './programs.ts';
import { onLeash, onStopSignal, root } from './runtime.js';
import { step } from './steps.js';
import type { Summary } from './summary-reporter.ts';
import { verdictOf } from './verdict.ts';
import { buildWeb, webIsStale } from './web-build.js';

/** Every program must be there, so that nothing is skipped. */
const complete = process.env.CI === 'true' || process.env.AERIE_APT === '1';

if (complete) installPrograms(programNames.filter(name => programPath(name) === undefined));
// Ctrl-C ends the build, and then the run, instead of counting as a fault of the web UI.
let stopped = false;
const off = onStopSignal(() => {
  stopped = true;
});
const webFault = webIsStale() ? await step('building the web UI', 'web UI built', buildWeb).catch((error: Error) => error) : undefined;
off();
if (stopped) process.exit(1);

const { ended, summary } = await runVitest(process.argv.slice(2));
const verdict = verdictOf(ended, summary, complete);
if (summary) printSkipped(summary);
for (const reason of verdict.reasons) console.log(reason);
if (webFault) console.log(`The web UI does not build, which counts as a failed test: ${webFault.message}`);
process.exitCode = webFault ? 1 : verdict.exitCode;
console.log(`${verdict.passed} passed, ${verdict.failed + (webFault ? 1 : 0)} failed, ${verdict.skipped} skipped`);

/** Runs vitest as a process of its own, so that its crash is seen as one. */
async function runVitest(args: string[]): Promise<{ ended: number | string; summary: Summary | undefined }> {
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
  const summary = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Summary) : undefined;
  rmSync(folder, { recursive: true });
  return { ended: code ?? signal ?? 'no exit code', summary };
}

function printSkipped({ missing, skipped }: Summary): void {
  for (const { suite, programs } of missing) {
    console.log(`skipped: ${suite} (needs ${programs.join(', ')}: ${programs.map(installLine).join(' && ')})`);
  }
  for (const test of skipped) if (!missing.some(({ suite }) => test.startsWith(suite))) console.log(`skipped: ${test}`);
}
