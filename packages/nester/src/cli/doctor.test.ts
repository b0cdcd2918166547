import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { nester } from '../../test/terminal.ts';
import { createApp } from '../app.ts';
import { type Config, readConfig, type Settings } from '../config.ts';
import { selfSignedCertificate, selfSignedPaths } from '../self-signed.ts';
import { databaseHealth } from '../store/health.ts';
import { migrationNames } from '../store/migrate.ts';
import { openStore } from '../store/store.ts';
import { checkCertificate } from './checks/certificate.ts';
import { checkFolder } from './checks/data.ts';
import { checkDisks } from './checks/disk.ts';
import { checkClock, checkLog, checkNode, checkOpenFiles, checkWeb } from './checks/machine.ts';
import { checkPorts } from './checks/network.ts';
import { examine } from './doctor.ts';

const quiet = { info() {}, warning() {}, error() {} };
const version = { version: '1.2.3', date: '2026-11-22', commit: '' };
const now = Date.parse('2026-12-01T00:00:00Z');
const day = 86_400_000;

describe('nester doctor', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-doctor-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const configure = (settings: Partial<Settings> = {}): Config =>
    readConfig({ data: folder, http: '127.0.0.1:0', tcp: '127.0.0.1:0', ...settings }, {});
  const levels = (findings: { level: string }[]) => findings.map(({ level }) => level);

  it('looks at the version of Node', () => {
    expect(checkNode('24.1.0').level).toBe('good');
    expect(checkNode('20.19.0')).toMatchObject({ level: 'wrong', mend: expect.stringContaining('npm ci') });
  });

  it('looks at the rights of the folder', () => {
    expect(levels(checkFolder(configure()))).toEqual(['good']);
    chmodSync(folder, 0o755);
    expect(checkFolder(configure())).toEqual([expect.objectContaining({ level: 'wrong', mend: `chmod 700 ${folder}` })]);
    expect(levels(checkFolder(configure({ data: join(folder, 'absent') })))).toEqual(['note']);
    writeFileSync(join(folder, 'file'), '');
    expect(levels(checkFolder(configure({ data: join(folder, 'file') })))).toEqual(['wrong']);
  });

  it('waits for nobody at a pipe in the place of the database', async () => {
    execFileSync('mkfifo', [join(folder, 'nester.db')]);
    expect(await databaseHealth({ folder })).toEqual({ state: 'broken', says: 'it is no file' });
  });

  it('looks at the room on each disk, and how many files it can still hold', () => {
    const room =
      (mebibytes: number, files = 50_000) =>
      () => ({ bytes: mebibytes * 1024 * 1024, files, filesInAll: 100_000 });
    const one = () => 1;
    expect([50, 500, 5_000].flatMap(mebibytes => levels(checkDisks(configure(), room(mebibytes), one)))).toEqual(['wrong', 'note', 'good']);
    expect([10, 1_500, 50_000].map(files => levels(checkDisks(configure(), room(5_000, files), one)).at(-1))).toEqual([
      'wrong',
      'note',
      'good',
    ]);
    // Three disks, one of them full: it is named by what it holds.
    const log = join(folder, 'log', 'nester.log');
    const backups = join(folder, 'copies');
    const findings = checkDisks(
      configure({ log, backups }),
      place => room(place === backups ? 20 : 5_000)(),
      place => place.length,
    );
    expect(findings.map(({ level }) => level)).toEqual(['good', 'wrong', 'good']);
    expect(findings[1]).toMatchObject({ says: `20 MiB free for ${backups}`, mend: expect.stringContaining(`du -xh ${backups}`) });
    // In truth: the disk that this test runs on counts what it holds.
    expect(checkDisks(configure())[0]?.says).toMatch(/^\d+ MiB free for /);
  });

  it('looks at the clock', () => {
    expect(checkClock(version, now - 1, now).level).toBe('good');
    expect(checkClock(version, now + 3_600_000, now).level).toBe('wrong');
    expect(checkClock(version, undefined, Date.parse('1970-01-02'))).toMatchObject({
      level: 'wrong',
      mend: expect.stringContaining('timedatectl'),
    });
  });

  it('looks for the web UI', () => {
    expect(checkWeb(join(folder, 'index.html')).level).toBe('wrong');
    writeFileSync(join(folder, 'index.html'), '');
    expect(checkWeb(join(folder, 'index.html')).level).toBe('good');
  });

  it('looks at the limit of open files', () => {
    const line = (most: string) => `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${most}   524288  files\n`;
    expect(checkOpenFiles(configure({ limits: 'connections=5000' }), line('1024')).level).toBe('note');
    expect(checkOpenFiles(configure({ limits: 'connections=5000' }), line('20000')).level).toBe('good');
    expect(checkOpenFiles(configure(), line('unlimited')).level).toBe('good');
  });

  it('looks whether the log can be written', () => {
    expect(checkLog(configure({ log: join(folder, 'nester.log') })).level).toBe('good');
    expect(checkLog(configure({ log: join(folder, 'absent', 'nester.log') })).level).toBe('wrong');
  });

  it('looks whether the ports are free', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const taken = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
    const busy = await checkPorts(configure({ http: taken }), false);
    expect(busy[0]).toMatchObject({ level: 'wrong', says: expect.stringContaining(taken), mend: expect.stringContaining('AERIE_HTTP') });
    expect(levels(await checkPorts(configure({ http: taken }), true))).toEqual(['good', 'good']);
    await new Promise(resolve => server.close(resolve));
    expect(levels(await checkPorts(configure({ http: taken }), false))).toEqual(['good', 'good']);
    expect(levels(await checkPorts(configure({ http: taken }), true))).toEqual(['note', 'good']);
    // 192.0.2.0/24 is for documentation: no machine has such an address.
    expect(await checkPorts(configure({ tcp: '192.0.2.1:12345' }), false)).toContainEqual(
      expect.objectContaining({ level: 'wrong', mend: expect.stringContaining('AERIE_TCP') }),
    );
  });

  it('looks at the certificate', async () => {
    await selfSignedCertificate(folder, now);
    const { certFile, keyFile } = selfSignedPaths(folder);
    const own = configure({ tlsCert: certFile, tlsKey: keyFile });
    expect(levels(checkCertificate(own, now))).toEqual(['good']);
    expect(levels(checkCertificate(own, now + 810 * day))).toEqual(['note']);
    expect(levels(checkCertificate(own, now + 830 * day))).toEqual(['wrong']);
    expect(levels(checkCertificate(own, now - 10 * day))).toEqual(['wrong']);
    const other = join(folder, 'other');
    mkdirSync(other);
    await selfSignedCertificate(other, now);
    expect(checkCertificate({ ...own, tlsKey: selfSignedPaths(other).keyFile }, now)[0]).toMatchObject({
      level: 'wrong',
      says: expect.stringContaining('not that of'),
    });
    expect(levels(checkCertificate({ ...own, tlsCert: join(folder, 'absent') }, now))).toEqual(['wrong']);
    expect(checkCertificate(configure(), now)).toEqual([]);
  });

  it('sees a running Nester, and whether somebody can administer it', async () => {
    const app = createApp(configure(), quiet);
    await app.start();
    try {
      const { version: own } = await import('../version.ts').then(module => module.readVersion());
      const findings = await examine(configure(), { ...version, version: own }, Date.now());
      expect(findings).toContainEqual(expect.objectContaining({ level: 'note', mend: expect.stringContaining('setup-link') }));
      const older = await examine(configure(), { ...version, version: '0.0.1' }, Date.now());
      expect(older).toContainEqual(expect.objectContaining({ level: 'note', mend: 'Restart Nester.' }));
    } finally {
      await app.stop();
    }
    expect(await examine(configure(), version, Date.now())).toContainEqual(
      expect.objectContaining({ says: 'Nester does not run on this folder' }),
    );
  });

  it('sees by the files that the clock was set back', async () => {
    const store = await openStore({ folder });
    await store.close();
    utimesSync(join(folder, 'nester.db'), now / 1_000, now / 1_000);
    const clock = async (at: number) => (await examine(configure(), version, at)).find(({ says }) => says.includes('lock '));
    expect(await clock(now)).toMatchObject({ level: 'good', topic: 'Machine' });
    expect(await clock(now - 3_600_000)).toMatchObject({ level: 'wrong', mend: expect.stringContaining('timedatectl') });
  });

  it('says in the terminal what is wrong, with the mend, and answers 1', async () => {
    const store = await openStore({ folder });
    await store.close();
    const sound = await nester(['doctor'], { env: { AERIE_DATA: folder, AERIE_HTTP: '127.0.0.1:0', AERIE_TCP: '127.0.0.1:0' } });
    expect(sound.stdout).toMatch(/^ok {4}SQLite 3\.[\d.]+, database intact$/m);
    truncateSync(join(folder, 'nester.db'), 5_000);
    const { code, stdout, stderr } = await nester(['doctor'], {
      env: { AERIE_DATA: folder, AERIE_HTTP: '127.0.0.1:0', AERIE_TCP: '127.0.0.1:0' },
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^WRONG .*nester\.db is damaged: .*\. Stop Nester/m);
    expect(stderr).toMatch(/^nester: (One thing is|\d+ things are) wrong\.\n$/);
  });
});

onEachDatabase('the health of a database', newDatabase => {
  it('is absent, then sound', async () => {
    const database = await newDatabase('without tables');
    expect(await databaseHealth(database)).toEqual({ state: 'absent' });
    const store = await openStore(database);
    await store.write
      .insertInto('event')
      .values({ seq: 1, name: 'x', topic: 'all', also_topic: null, ids: '{}', at: 1_795_315_443_836 })
      .execute();
    expect(await databaseHealth(database)).toEqual({
      state: 'sound',
      version: expect.stringMatching(/^(SQLite 3|PostgreSQL \d+)\./),
      lastAt: 1_795_315_443_836,
      applied: migrationNames,
    });
    await store.close();
    await database.remove();
  });
});

it('a database that cannot be reached is unreachable', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise(resolve => server.close(resolve));
  expect(await databaseHealth({ folder: '/', databaseUrl: `postgres://u@127.0.0.1:${port}/d` })).toMatchObject({
    state: 'unreachable',
    says: expect.stringContaining('ECONNREFUSED'),
  });
});
