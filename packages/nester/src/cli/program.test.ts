import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nester } from '../../test/terminal.ts';
import { readVersion } from '../version.ts';

describe('nester', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-cli-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('says its version, date and commit', async () => {
    const { version, date, commit } = readVersion();
    const { code, stdout } = await nester(['--version']);
    expect(code).toBe(0);
    expect(stdout).toBe(`${[version, date, commit].filter(Boolean).join(' ')}\n`);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+ \d{4}-\d\d-\d\d/);
  });

  it('says what it can do', async () => {
    const { code, stdout } = await nester(['--help']);
    expect(code).toBe(0);
    for (const command of ['serve', 'user', 'channel', 'connections', 'ban', 'audit', 'settings', 'setup-link', 'export', 'doctor'])
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  });

  it.each([
    ['an unknown command', ['fly'], /unknown command 'fly'/],
    ['an unknown option', ['user', 'list', '--fast'], /unknown option '--fast'/],
    ['a missing argument', ['user', 'disable'], /missing required argument 'name'/],
    ['a missing option', ['user', 'add', 'Ada'], /--password-stdin/],
    ['a wrong choice', ['user', 'add', 'Ada', '--role', 'king', '--password-stdin'], /viewer, member, technician, admin/],
    ['a wrong role', ['user', 'role', 'Ada', 'king'], /viewer, member, technician, admin/],
    ['a wrong setting', ['user', 'list', '--http', 'nonsense'], /AERIE_HTTP/],
    ['a subject that cannot be exported', ['export', 'everything'], /users, messages, audit/],
  ])('answers 2 and one line for %s', async (_, args, says) => {
    const { code, stdout, stderr } = await nester(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^nester: [^\n]+\n$/);
    expect(stderr).toMatch(says);
  });

  it('answers 2 when nothing is asked, and shows its help', async () => {
    const { code, stderr } = await nester([]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Usage: nester/);
  });

  it.each([[['user', 'list']], [['export', 'users']], [['user', 'disable', 'Ada']]])('makes no data for %j', async args => {
    const { code, stderr } = await nester([...args, '--data', join(folder, 'mistyped')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^nester: There is no data of Nester in .*mistyped\. .*--data.*\n$/);
    expect(readdirSync(folder)).not.toContain('mistyped');
  });

  it('takes settings from flag, environment and file, in that order', async () => {
    const file = join(folder, 'aerie.toml');
    writeFileSync(file, `data = ${JSON.stringify(join(folder, 'of-file'))}\n`);
    const list = async (args: string[], env: Record<string, string>) =>
      (await nester(['user', 'list', '--config', file, ...args], { env })).stderr;
    expect(await list([], {})).toContain('of-file');
    expect(await list([], { AERIE_DATA: join(folder, 'of-environment') })).toContain('of-environment');
    expect(await list(['--data', join(folder, 'of-flag')], { AERIE_DATA: join(folder, 'of-environment') })).toContain('of-flag');
  });

  it('says in one line that a file of settings is wrong', async () => {
    const file = join(folder, 'broken.toml');
    writeFileSync(file, 'data = \n');
    const { code, stderr } = await nester(['user', 'list', '--config', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^nester: The configuration file [^\n]+broken\.toml is not TOML[^\n]*\n$/);
  });
});
