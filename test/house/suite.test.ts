import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { first } from '../../scripts/order.ts';
import type { Summary } from '../../scripts/summary-reporter.ts';
import { verdictOf } from '../../scripts/verdict.ts';
import config from '../../vitest.config.ts';

const root = join(import.meta.dirname, '..', '..');
const clean: Summary = { passed: 3, failed: 0, skipped: [], missing: [] };

describe('the groups of suites', () => {
  const groups = (config.test?.projects ?? []).map(project => {
    const { include = [], exclude = [] } = (project as { test: { include?: string[]; exclude?: string[] } }).test;
    return { include, files: globSync(include, { cwd: root, exclude }) };
  });

  it('have every file of tests, each once', () => {
    const all = globSync('{packages,test}/**/*.test.{ts,tsx}', { cwd: root, exclude: ['**/node_modules/**', 'test/.tmp/**'] });
    expect(all.length).toBeGreaterThan(100);
    expect(groups.flatMap(({ files }) => files).sort()).toEqual(all.sort());
  });

  it('name no file that is gone', () => {
    const named = [...groups.flatMap(({ include }) => include), ...first];
    expect(named.filter(name => globSync(name, { cwd: root }).length === 0)).toEqual([]);
  });
});

describe('the verdict on a run', () => {
  it('is good when tests passed and none failed', () => {
    expect(verdictOf(0, clean, false)).toEqual({ passed: 3, failed: 0, skipped: 0, exitCode: 0, reasons: [] });
  });

  it('is bad when a test failed', () => {
    expect(verdictOf(1, { ...clean, failed: 2 }, false)).toMatchObject({ failed: 2, exitCode: 1, reasons: [] });
  });

  it.each([
    ['a crash', verdictOf('SIGSEGV', undefined, false)],
    ['no test at all', verdictOf(0, { ...clean, passed: 0 }, false)],
    ['only skipped tests', verdictOf(0, { ...clean, passed: 0, skipped: ['a'] }, false)],
    ['an exit code that no test explains', verdictOf(1, clean, false)],
  ])('is bad after %s', (_, verdict) => {
    expect(verdict).toMatchObject({ failed: 1, exitCode: 1, reasons: [expect.any(String)] });
  });

  it('allows skipped tests, but not where everything must run', () => {
    const skipping = { ...clean, skipped: ['a'] };
    expect(verdictOf(0, skipping, false)).toMatchObject({ failed: 0, skipped: 1, exitCode: 0 });
    expect(verdictOf(0, skipping, true)).toMatchObject({ failed: 0, skipped: 1, exitCode: 1 });
  });
});

describe('the count of a run', () => {
  let folder: string;
  let summary: Summary;

  beforeAll(async () => {
    await mkdir(join(root, 'test', '.tmp'), { recursive: true });
    folder = mkdtempSync(join(root, 'test', '.tmp', 'suite-'));
    const begin = "import { beforeAll, describe, expect, it } from 'vitest';\n";
    const files = {
      'good.test.ts': `${begin}it('a', () => {}); it('b', () => { expect(1).toBe(2); }); it.skip('c', () => {});`,
      'does-not-load.test.ts': "import './nowhere.ts';",
      'hook.test.ts': `${begin}describe('s', () => { beforeAll(() => { throw new Error('no'); }); it('d', () => {}); });`,
      'needs.test.ts':
        "import { it } from 'vitest';\nimport { needs } from '../../kit/needs.ts';\nneeds('gcc')('compiling', () => { it('e', () => {}); });",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    summary = await run();
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs vitest over the folder on a machine without any program. */
  async function run(): Promise<Summary> {
    const file = join(folder, 'summary.json');
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const reporter = join(root, 'scripts', 'summary-reporter.ts');
    const args = [vitest, 'run', '--root', folder, `--reporter=${reporter}`];
    await new Promise<void>(done => execFile(process.execPath, args, { env: { PATH: '', AERIE_SUMMARY: file } }, () => done()));
    return JSON.parse(readFileSync(file, 'utf8')) as Summary;
  }

  it('has what passed', () => {
    expect(summary.passed).toBe(1);
  });

  it('has failed tests, files that do not load and hooks that throw', () => {
    expect(summary.failed).toBe(3);
  });

  it('names what was skipped, and the programs that a suite lacks', () => {
    expect(summary.skipped).toEqual(expect.arrayContaining(['good.test.ts > c', 'needs.test.ts > compiling > e']));
    expect(summary.missing).toEqual([{ suite: 'needs.test.ts > compiling', programs: ['gcc'] }]);
  });
});
