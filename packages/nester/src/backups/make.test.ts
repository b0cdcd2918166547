import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makingOf, openHouse, put, say } from '../../test/backed-up.ts';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { migrationNames } from '../store/migrate.ts';
import { BackupUnderWay, lockBackups, type MakingPoint, makeBackup, thin } from './make.ts';
import { backupName, temporaryPrefix } from './names.ts';
import { verifyBackup } from './verify.ts';

const killed = fileURLToPath(new URL('../../test/killed-backup.ts', import.meta.url));

onEachDatabase('a backup', newDatabase => {
  let database: TestDatabase;
  const backups = () => join(database.folder, 'backups');
  const names = () => readdirSync(backups()).filter(name => name !== '.backup.lock');
  const tar = (...args: string[]) => execFileSync('tar', args, { cwd: backups(), encoding: 'utf8' });
  /** Long ago, as what waits in the inbox is. */
  const settle = (...paths: string[]) => {
    for (const path of paths) utimesSync(join(database.folder, path), 1_700_000_000, 1_700_000_000);
  };
  beforeEach(async () => {
    database = await newDatabase();
    await say(database, 'one', 'two');
  });
  afterEach(() => database.remove());

  it('holds the database and the files, and says what it holds', async () => {
    const files = {
      'inbox/KC/scan.json': '{}',
      'inbox/done/2026-11/old.xml': '<x/>',
      'quarantine/odd': 'odd',
      'files/é': 'x'.repeat(3_000_000),
    };
    put(database.folder, files);
    settle('inbox/KC/scan.json');
    const { name, file, bytes, manifest } = await makeBackup(makingOf(database));
    expect(manifest).toMatchObject({
      v: 1,
      version: '9.9',
      database: database.databaseUrl ? 'postgres' : 'sqlite',
      schema: migrationNames.at(-1),
      leftOut: [],
    });
    expect(manifest.counts).toEqual({ users: 3, messages: 3, devices: 0, incidents: 0 });
    expect(manifest.at).toMatch(/T\d\d:\d\d:\d\d\.000Z$/);
    expect(statSync(file)).toMatchObject({ size: bytes });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(names().sort()).toEqual([name, `${name}.sha256`]);
    expect(execFileSync('sha256sum', ['-c', `${name}.sha256`], { cwd: backups(), encoding: 'utf8' })).toBe(`${name}: OK\n`);
    const listed = tar('--quoting-style=literal', '-tzf', name).trim().split('\n');
    expect(listed.filter(path => !path.endsWith('/')).sort()).toEqual(
      [...Object.keys(files), 'manifest.json', database.databaseUrl ? 'database.dump' : 'nester.db'].sort(),
    );
    tar('-xzf', name);
    for (const [path, content] of Object.entries(files)) expect(readFileSync(join(backups(), path), 'utf8')).toBe(content);
    expect(JSON.parse(readFileSync(join(backups(), 'manifest.json'), 'utf8'))).toEqual(manifest);
    expect(await verifyBackup(file)).toEqual(manifest);
  });

  it('is one moment of a Nester that goes on talking', async () => {
    const chat = await openHouse(database);
    try {
      const ada = await chat.person('Bo');
      const channelId = chat.channelNamed('général');
      let isDone = false;
      let said = 0;
      const talking = (async () => {
        while (!isDone) {
          await chat.call(ada, 'message.send', { channelId, content: `${++said}` });
        }
      })();
      const before = said;
      const { manifest } = await makeBackup(makingOf(database));
      isDone = true;
      await talking;
      expect(manifest.counts.messages).toBeGreaterThanOrEqual(before + 3);
      expect(manifest.counts.messages).toBeLessThanOrEqual(said + 3);
    } finally {
      await chat.house.close();
    }
  });

  it('leaves out what is no file of its own, or is being written, and says so', async () => {
    put(database.folder, { 'files/plain': 'x', 'inbox/KC/half.json': '{' });
    symlinkSync('/etc/passwd', join(database.folder, 'files/link'));
    writeFileSync(Buffer.concat([Buffer.from(join(database.folder, 'files/')), Buffer.from([0xff])]), '');
    linkSync(join(database.folder, 'files/plain'), join(database.folder, 'files/twin'));
    execFileSync('mkfifo', [join(database.folder, 'files/pipe')]);
    const { manifest } = await makeBackup(makingOf(database));
    expect(manifest.files.map(({ path }) => path)).toEqual([
      expect.stringMatching(/^(?:nester\.db|database\.dump)$/),
      'files/plain',
      'files/twin',
    ]);
    expect(manifest.leftOut).toEqual([
      { path: 'inbox/KC/half.json', because: 'it is being written' },
      { path: 'files/link', because: 'it is no plain file' },
      { path: 'files/pipe', because: 'it is no plain file' },
      { path: 'files/\ufffd', because: 'its name is no text' },
    ]);
  });

  it('is sound though files grow, shrink and vanish while they are read', async () => {
    const large = 'x'.repeat(3_000_000);
    put(database.folder, { 'files/a-grows': large, 'files/b-shrinks': large, 'files/c-vanishes': 'x', 'files/d': 'y' });
    let seen = 0;
    const reached = (point: MakingPoint) => {
      if (point !== 'snapshot') return;
      seen += 1;
      // Its size is told before the first chunk is read: only a change in between can be seen.
      rmSync(join(database.folder, 'files/c-vanishes'));
    };
    const growing = setInterval(() => {
      appendFileSync(join(database.folder, 'files/a-grows'), 'more');
      writeFileSync(join(database.folder, 'files/b-shrinks'), '');
    }, 0);
    const { file, manifest } = await makeBackup(makingOf(database, { reached })).finally(() => clearInterval(growing));
    expect(seen).toBe(1);
    expect(manifest.files.map(({ path }) => path)).toContain('files/d');
    expect(manifest.files.map(({ path }) => path)).not.toContain('files/c-vanishes');
    expect((await verifyBackup(file)).leftOut).toEqual(manifest.leftOut);
  });

  it('never takes the place of another one, however close they are', async () => {
    const now = Date.parse('2026-11-22T10:15:07.900Z');
    for (const second of [7, 8, 9]) {
      const { name } = await makeBackup(makingOf(database, { now: () => now }));
      expect(name).toBe(`aerie-20261122T10150${second}Z.tar.gz`);
    }
  });

  it('is made by one program at a time', async () => {
    for (const folder of [database.folder, backups()]) {
      mkdirSync(folder, { recursive: true });
      const release = lockBackups(folder);
      await expect(makeBackup(makingOf(database))).rejects.toThrow(BackupUnderWay);
      release();
    }
    await makeBackup(makingOf(database));
  });

  it('has the key only when it is asked for', async () => {
    const key = readFileSync(join(database.folder, 'secret.key'), 'utf8');
    const without = await makeBackup(makingOf(database));
    const withIt = await makeBackup(makingOf(database, { withKey: true }));
    expect(tar('-tzf', without.name)).not.toContain('secret.key');
    expect(tar('-xzOf', withIt.name, 'secret.key')).toBe(key);
  });

  it.each(['snapshot', 'packed', 'verified', 'checksum in place', 'in place'] satisfies MakingPoint[])(
    'killed at the point "%s" leaves no half one, and the next one clears up',
    async at => {
      const { signal } = spawnSync(process.execPath, [
        killed,
        JSON.stringify({ what: 'make', at, data: database.folder, databaseUrl: database.databaseUrl }),
      ]);
      expect(signal).toBe('SIGKILL');
      const whole = names().filter(name => name.endsWith('.tar.gz') && !name.startsWith(temporaryPrefix));
      expect(whole).toHaveLength(at === 'in place' ? 1 : 0);
      for (const name of whole) await verifyBackup(join(backups(), name));
      if (at === 'snapshot' || at === 'packed') expect(names().some(name => name.startsWith(temporaryPrefix))).toBe(true);
      const { name } = await makeBackup(makingOf(database, { now: () => Date.now() + 60_000 }));
      expect(names().sort()).toEqual([...whole.flatMap(one => [one, `${one}.sha256`]), name, `${name}.sha256`].sort());
    },
  );
});

describe('thinning a folder', () => {
  it('removes backups with their checksums, and nothing else', async () => {
    const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
    try {
      const at = Date.parse('2026-11-22T10:00:00Z');
      const all = [0, 60_000, 120_000, 180_000].map(ms => backupName(at + ms));
      for (const name of all) for (const one of [name, `${name}.sha256`]) writeFileSync(join(folder, one), '');
      writeFileSync(join(folder, `${all[0]}.keep`), '');
      writeFileSync(join(folder, 'notes.txt'), '');
      expect((await thin(folder)).sort()).toEqual([all[1], all[2]]);
      const left = [all[0], `${all[0]}.keep`, `${all[0]}.sha256`, all[3], `${all[3]}.sha256`, 'notes.txt'];
      expect(readdirSync(folder).sort()).toEqual(left);
      expect(existsSync(join(folder, all[1]!))).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
