import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nester } from '../../test/terminal.ts';

const owner = 65_534;
const password = 'correct-horse-battery-9';

describe.runIf(process.getuid?.() === 0)('commands that root runs on the data of a service', () => {
  let folder: string;
  let data: string;
  let env: Record<string, string>;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-root-'));
    chmodSync(folder, 0o755);
    data = join(folder, 'data');
    env = { AERIE_DATA: data };
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, owner, owner);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const foreign = () =>
    readdirSync(data, { recursive: true, encoding: 'utf8' }).filter(name => {
      const { uid, gid } = statSync(join(data, name));
      return uid !== owner || gid !== owner;
    });

  it('leave nothing of root’s there, and read and write for root what root names', { timeout: 60_000 }, async () => {
    const reports = join(folder, 'reports.json');
    writeFileSync(reports, '{}', { mode: 0o600 });
    const accounts = join(folder, 'accounts.csv');
    writeFileSync(accounts, 'name,role\nBo,member\n', { mode: 0o600 });
    const out = join(folder, 'users.csv');
    for (const [args, input, code] of [
      [['site', 'add', 'KC', 'Kansas City'], '', 0],
      [['user', 'add', 'Ada', '--role', 'admin', '--password-stdin'], password, 0],
      [['user', 'import', accounts], '', 0],
      [['import', 'reports', reports, '--site', 'KC'], '', 1],
      [['export', 'users', '--out', out], '', 0],
      [['secret', 'rotate'], '', 0],
      [['backup'], '', 0],
    ] as const)
      expect([args, await nester(args, { input, env })]).toEqual([args, expect.objectContaining({ code })]);
    expect(readdirSync(data)).toEqual(expect.arrayContaining(['nester.db', 'nester.lock', 'secret.key']));
    expect(foreign()).toEqual([]);
    expect(statSync(out)).toMatchObject({ uid: 0 });
    expect(readFileSync(out, 'utf8')).toContain('Ada');
  });

  it('unpack a backup as whoever its folder belongs to, wherever that one may', { timeout: 60_000 }, async () => {
    expect(await nester(['user', 'add', 'Ada', '--role', 'admin', '--password-stdin'], { input: password, env })).toMatchObject({
      code: 0,
    });
    expect(await nester(['backup'], { env })).toMatchObject({ code: 0 });
    const backups = join(data, 'backups');
    const elsewhere = join(folder, 'tmp');
    mkdirSync(elsewhere);
    chmodSync(elsewhere, 0o1777);
    // Root could write there; whoever it belongs to cannot, as long as it is so.
    chmodSync(backups, 0o500);
    const { mtimeNs } = statSync(backups, { bigint: true });
    expect(await nester(['verify'], { env: { ...env, TMPDIR: elsewhere } })).toMatchObject({ code: 0 });
    expect(statSync(backups, { bigint: true }).mtimeNs).toBe(mtimeNs);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('change a key that is root’s, and keep it so', { timeout: 60_000 }, async () => {
    const keys = join(folder, 'keys');
    mkdirSync(keys, { mode: 0o755 });
    const key = join(keys, 'secret.key');
    const withKey = { ...env, AERIE_SECRET_KEY_FILE: key };
    expect(await nester(['secret', 'make'], { env: withKey })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`Made the key ${key}`),
    });
    const before = readFileSync(key, 'utf8');
    expect(await nester(['secret', 'make'], { env: withKey })).toMatchObject({ code: 0, stderr: expect.stringContaining('already') });
    expect(readFileSync(key, 'utf8')).toBe(before);
    expect(await nester(['site', 'add', 'KC', 'Kansas City'], { env: withKey })).toMatchObject({ code: 0 });
    expect(await nester(['secret', 'rotate'], { env: withKey })).toMatchObject({ code: 0 });
    expect(readFileSync(key, 'utf8')).not.toBe(before);
    expect(statSync(key)).toMatchObject({ uid: 0, gid: 0 });
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(readdirSync(keys)).toEqual(['secret.key']);
    expect(foreign()).toEqual([]);
    expect(readdirSync(data)).not.toContain('secret.key');
  });

  it('follow no link out of there that the service could not go itself', async () => {
    const treasure = join(folder, 'treasure');
    writeFileSync(treasure, 'root only', { mode: 0o600 });
    symlinkSync(treasure, join(data, 'nester.lock'));
    expect(await nester(['user', 'add', 'Ada', '--role', 'admin', '--password-stdin'], { input: password, env })).toMatchObject({
      code: 1,
    });
    expect(statSync(treasure)).toMatchObject({ uid: 0, gid: 0 });
    expect(readFileSync(treasure, 'utf8')).toBe('root only');
  });
});
