import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makingOf, say } from '../../test/backed-up.ts';
import { quickFolder } from '../../test/quick-folder.ts';
import { nesterHere } from '../../test/terminal.ts';
import { makeBackup } from '../backups/make.ts';

describe('nester restore', () => {
  let scratch: string;
  let live: string;
  let file: string;
  beforeEach(async () => {
    scratch = mkdtempSync(join(quickFolder(), 'aerie-drill-'));
    live = join(scratch, 'live');
    const database = { folder: live, databaseUrl: undefined, remove: async () => {} };
    await say(database, 'one');
    file = (await makeBackup(makingOf(database))).file;
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  it('into another folder than that of the settings says that it is a drill, and what to do with it', async () => {
    const drill = join(scratch, 'drill');
    const key = join(drill, 'secret.key');
    const env = { AERIE_DATA: live };
    const { code, stderr } = await nesterHere(['restore', file, '--data', drill, '--secret-key-file', key], { env });
    expect(code).toBe(0);
    expect(stderr).toContain(`into ${drill}. ${live} is as it was: this is a drill, and there is nothing to start.`);
    expect(stderr).toContain(`Then remove it: rm -r ${drill} drill.csv`);
    expect(stderr).not.toMatch(/Start Nester|revoke it anew/);
    // What it says to do can be done.
    const [, typed] = /nester (export .*) --out drill.csv/.exec(stderr)!;
    expect(typed).toContain(`--secret-key-file ${key}`);
    const looked = await nesterHere(typed!.split(' '), { env });
    expect([looked.code, looked.stdout]).toEqual([0, expect.stringContaining('one')]);
    expect(existsSync(join(live, 'nester.db'))).toBe(true);
  });

  it.each([
    ['that of the settings', (folder: string) => ({ args: ['--yes'], env: { AERIE_DATA: folder } })],
    ['the same, named once more', (folder: string) => ({ args: ['--data', `${folder}/`, '--yes'], env: { AERIE_DATA: folder } })],
    ['the only one that is named', (folder: string) => ({ args: ['--data', folder, '--yes'], env: {} })],
  ])('into %s says to start it', async (_, given) => {
    const { args, env } = given(live);
    const { code, stderr } = await nesterHere(['restore', file, ...args], { env });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/into \S+\. Start Nester\.\nWhat was revoked since/)]);
  });
});
