import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createGzip, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makingOf, say } from '../../test/backed-up.ts';
import { nesterHere } from '../../test/terminal.ts';
import { makeBackup } from './make.ts';
import type { Manifest } from './manifest.ts';
import { gathered, readTar, type TarSource, writeTar } from './tar.ts';
import { verifyBackup } from './verify.ts';

interface Entry {
  path: string;
  bytes: Buffer;
}

let source: string;
let entries: Entry[];
let manifest: Manifest;
beforeAll(async () => {
  source = mkdtempSync(join(tmpdir(), 'aerie-verify-'));
  const database = { folder: source, databaseUrl: undefined, remove: async () => {} };
  await say(database, 'one');
  const made = await makeBackup(makingOf(database));
  manifest = made.manifest;
  entries = [];
  for await (const { path, content } of readTar(each([gunzipSync(readFileSync(made.file))]))) {
    entries.push({ path, bytes: await gathered(content) });
  }
});
afterAll(() => rmSync(source, { recursive: true }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aerie-verify-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

const archive = async (all: readonly Entry[], kind: 'file' | 'folder' = 'file') => {
  const sources = all.map(
    ({ path, bytes }): TarSource => ({ path, kind, bytes: bytes.length, mode: 0o600, writtenAt: 0, content: [bytes] }),
  );
  return gzipSync(await gathered(writeTar(each(sources))));
};
const write = (bytes: Buffer) => {
  const file = join(folder, 'aerie-20261122T101500Z.tar.gz');
  writeFileSync(file, bytes);
  return file;
};
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const at = (path: string) => entries.find(entry => entry.path === path)!.bytes;
/** The backup with other files in it, and a manifest that fits them. */
const changed = async (more: readonly Entry[], claims: Partial<Manifest> = {}) => {
  const files = [
    ...entries.filter(({ path }) => path !== 'manifest.json' && !more.some(one => one.path === path) && /\.db$/.test(path)),
    ...more,
  ];
  const listed = files.map(({ path, bytes }) => ({ path, bytes: bytes.length, sha256: digest(bytes) }));
  const text = Buffer.from(JSON.stringify({ ...manifest, files: listed, ...claims }));
  return await archive([...files, { path: 'manifest.json', bytes: text }]);
};
/** The database of the backup after a statement. */
const databaseAfter = (statement: string) => {
  const file = join(folder, 'changed.db');
  writeFileSync(file, at('nester.db'));
  const database = new DatabaseSync(file);
  database.exec(statement);
  database.close();
  return { path: 'nester.db', bytes: readFileSync(file) };
};

describe('verifying', () => {
  it('takes what it is given for what it is, and leaves nothing behind', async () => {
    const file = write(await changed([{ path: 'files/one', bytes: Buffer.from('1') }]));
    const { code, stdout, stderr } = await nesterHere(['verify', file, '--json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ database: 'sqlite', counts: { messages: 2 } });
    expect((await nesterHere(['verify', file])).stderr).toMatch(
      /is sound\.\n {2}state of 20.*\n {2}SQLite, schema 0008-messages, event \d+: 3 users, 2 messages, 0 devices, 0 incidents\n {2}1 files/,
    );
    expect(readdirSync(folder)).toEqual(['aerie-20261122T101500Z.tar.gz']);
  });

  const refused: [string, () => Promise<Buffer> | Buffer, RegExp][] = [
    ['an empty file', () => Buffer.alloc(0), /cut off/],
    ['something else', () => Buffer.from('%PDF-1.7'), /is damaged, or no backup/],
    ['one that is cut off', async () => (await archive(entries)).subarray(0, 2_000), /is cut off/],
    [
      'one with a wrong byte',
      async () => (await archive(entries)).fill(0x41, 3_000, 3_100),
      /is damaged|than its manifest says|damaged header/,
    ],
    ['one without a manifest', () => archive(entries.filter(({ path }) => path !== 'manifest.json')), /has no manifest/],
    [
      'one with a manifest of something else',
      async () => await archive([{ path: 'manifest.json', bytes: Buffer.from('{}') }]),
      /manifest that cannot be read/,
    ],
    ['one without a database', () => changed([], { files: [] }), /of which its manifest knows nothing/],
    [
      'one with only files',
      async () => archive([{ path: 'manifest.json', bytes: Buffer.from(JSON.stringify({ ...manifest, files: [] })) }]),
      /holds no database/,
    ],
    ['a file that leads out of it', () => changed([{ path: '../../etc/cron.d/x', bytes: Buffer.from('x') }]), /leads out of it/],
    ['a file from the root', () => changed([{ path: '/etc/cron.d/x', bytes: Buffer.from('x') }]), /leads out of it/],
    ['a file that leads out of it further on', () => changed([{ path: 'files/../../x', bytes: Buffer.from('x') }]), /leads out of it/],
    ['a file of no folder of ours', () => changed([{ path: 'nester.lock', bytes: Buffer.from('x') }]), /no part of a backup/],
    [
      'a folder in the place of the database',
      async () => await archive([{ path: 'nester.db', bytes: Buffer.alloc(0) }], 'folder'),
      /no part of a backup/,
    ],
    ['a name of a kilobyte', () => changed([{ path: `files/${'x'.repeat(1_000)}`, bytes: Buffer.from('x') }]), /no path of ours/],
    [
      'a path of five kilobytes',
      () => changed([{ path: `files/${'x/'.repeat(2_500)}x`, bytes: Buffer.from('x') }]),
      /path of 5\d\d\d characters/,
    ],
    [
      'a name that a terminal obeys',
      () => changed([{ path: 'files/\u001b]0;x\u0007/../\u009b31m', bytes: Buffer.from('x') }]),
      /holds "files\/\]0;x\/\.\.\/31m", which leads/,
    ],
    ['a file twice', async () => archive([...entries.slice(0, -1), ...entries.slice(-2)]), /twice/],
    ['more after the manifest', () => archive([...entries, { path: 'files/x', bytes: Buffer.from('x') }]), /after its manifest/],
    ['a file that is not listed', async () => archive([{ path: 'files/x', bytes: Buffer.from('x') }, ...entries]), /knows nothing/],
    [
      'another file than is listed',
      () => archive(entries.map(one => (one.path === 'nester.db' ? databaseAfter('DELETE FROM message') : one))),
      /another "nester.db"/,
    ],
    [
      'a database that holds less than is said',
      () => changed([databaseAfter('DELETE FROM message')]),
      /something else than its manifest says/,
    ],
    [
      'a damaged database',
      () => changed([{ path: 'nester.db', bytes: Buffer.from(at('nester.db')).fill(0x55, 8_192, 20_000) }]),
      /is unsound: the database (?:is damaged|cannot be read)/,
    ],
    ['a database of another program', () => changed([databaseAfter('DROP TABLE log_head')]), /none of Nester/],
    [
      'a table that is an endless view',
      () =>
        changed([
          databaseAfter(
            'DROP TABLE log_head; CREATE VIEW log_head AS WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n) SELECT seq, seq AS epoch FROM n',
          ),
        ]),
      /none of Nester/,
    ],
    [
      'one of a newer Nester',
      () => changed([databaseAfter("INSERT INTO kysely_migration VALUES ('0999-future', '')")], { schema: '0999-future', version: '7.0' }),
      /comes from a newer Nester \(7\.0, schema 0999-future\)/,
    ],
  ];
  it.each(refused)('refuses %s, in one line', async (_, bytes, says) => {
    const { code, stdout, stderr } = await nesterHere(['verify', write(await bytes())]);
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^nester: [^\n]{10,300}\n$/);
    expect([code, stdout]).toEqual([1, '']);
    expect(readdirSync(folder).filter(name => name !== 'changed.db')).toEqual(['aerie-20261122T101500Z.tar.gz']);
  });

  it('refuses what is not there, and what is no file', async () => {
    expect(await nesterHere(['verify', join(folder, 'none.tar.gz')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no such file'),
    });
    expect(await nesterHere(['verify', folder])).toMatchObject({ code: 1, stderr: expect.stringContaining('is no file') });
  });

  it('takes the newest one when none is named', async () => {
    expect(await nesterHere(['verify', '--backups', folder])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no backup in'),
    });
    const file = write(await archive(entries));
    writeFileSync(join(folder, 'aerie-20261122T091500Z.tar.gz'), 'an older one');
    expect(JSON.parse((await nesterHere(['verify', '--backups', folder, '--json'])).stdout)).toMatchObject({ file });
  });

  it('heeds the checksum beside it', async () => {
    const bytes = await archive(entries);
    const file = write(bytes);
    writeFileSync(`${file}.sha256`, `${digest(bytes)}  x\n`);
    await verifyBackup(file);
    // A good archive, but another one.
    writeFileSync(file, await changed([]));
    await expect(verifyBackup(file)).rejects.toThrow('is not what aerie-20261122T101500Z.tar.gz.sha256 says');
  });

  it('waits for nobody at a pipe in the place of a file', async () => {
    const file = write(await archive(entries));
    const launcher = new URL('../../bin/nester.js', import.meta.url).pathname;
    const verify = () => spawnSync(process.execPath, [launcher, 'verify', file], { encoding: 'utf8', timeout: 10_000 });
    spawnSync('mkfifo', [`${file}.sha256`]);
    expect(verify()).toMatchObject({ status: 1, stderr: expect.stringContaining('.sha256 is no file') });
    rmSync(file);
    spawnSync('mkfifo', [file]);
    expect(verify()).toMatchObject({ status: 1, stderr: expect.stringContaining('is no file') });
  });

  it('stops at what swells beyond measure, before the disk is full of it', async () => {
    const gzip = createGzip({ level: 9 });
    const packed = gathered(gzip);
    const header = writeTar(each([{ path: 'files/zeros', kind: 'file', bytes: 40 * 2 ** 30, mode: 0o600, writtenAt: 0 } as const]));
    gzip.write((await header.next()).value);
    for (let megabytes = 0; megabytes < 300; megabytes++) gzip.write(Buffer.alloc(1024 * 1024));
    gzip.end();
    const file = write(await packed);
    await expect(verifyBackup(file)).rejects.toThrow('unpacks to far more than a backup does');
    // A database that would not fit is not begun.
    const large = writeTar(each([{ path: 'nester.db', kind: 'file', bytes: 2 ** 50, mode: 0o600, writtenAt: 0 } as const]));
    writeFileSync(file, gzipSync((await large.next()).value!));
    await expect(verifyBackup(file)).rejects.toThrow('too little room');
  });
});
