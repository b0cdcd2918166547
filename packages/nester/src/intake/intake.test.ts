import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@aerie/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type IntakeRoom, openIntakeRoom, sample, technician, threadThat } from '../../test/intake-room.ts';
import { largeBytes } from './reader.ts';

/** A scan of one host, like no other by its time. */
function scan(minute: number, host = '192.168.4.10'): string {
  const at = new Date(Date.UTC(2026, 10, 22, 11, minute)).toISOString();
  const ports = [{ port: 22, state: 'open' }];
  return JSON.stringify({ meta: { generated_at: at }, results: [{ host, status: 'up', ports, scan_summary: '1 open' }] });
}

onEachDatabase('files that are dropped', newDatabase => {
  let room: IntakeRoom;
  let siteId: string;
  beforeEach(async () => {
    room = await openIntakeRoom(await newDatabase());
    siteId = (await room.call('site.create', { code: 'NE', name: 'New England Patriots', zone: 'America/New_York' })).siteId;
  });
  afterEach(() => room.close());

  const sweep = () => room.house.intake.sweep();
  const files = async () => (await room.call('intake.list', {})).files;
  const states = async () => (await files()).map(({ name, state }) => `${name} ${state}`).sort();
  const reports = async () =>
    await room.house.store.read
      .selectFrom('report')
      .select(['report_id', 'site_id', 'file', 'shape', 'raw', 'late'])
      .orderBy('finished_at')
      .execute();

  it('belong to the site of their folder, and are taken in with what they held', async () => {
    room.drop('NE/scan.json', scan(1));
    await sweep();
    expect(await files()).toMatchObject([
      {
        name: 'scan.json',
        state: 'taken',
        shape: 'A',
        siteId,
        siteCode: 'NE',
        hosts: 1,
        madeAt: Date.UTC(2026, 10, 22, 11, 1),
        reason: null,
      },
    ]);
    expect(await reports()).toMatchObject([{ site_id: siteId, file: 'scan.json', shape: 'A', raw: scan(1), late: 0 }]);
    expect(room.lying('inbox')).toEqual(['done/2026-11/scan.json']);
    const { site, devices } = await room.call('site.show', { siteId });
    expect([site.state, site.why, devices.map(({ address }) => address)]).toEqual(['up', 'files_only', ['192.168.4.10']]);
    expect(room.lines.at(-1)).toBe('INFO [REPORT] File taken in {"file":"scan.json","site":"NE","shape":"A","hosts":1}');
  });

  it('in the root belong to the franchise that they speak of', async () => {
    const { siteId: seattle } = await room.call('site.create', { code: 'SEA', name: 'Seattle Seahawks' });
    const { siteId: bears } = await room.call('site.create', { code: 'BEARS', name: 'Chicago Bears' });
    room.drop('c.json', sample('c-seahawks.json'));
    room.drop('Bears.json', sample('Patriots.json').toString().replaceAll('Patriots', 'Nobody'));
    room.drop('scan.json', sample('Patriots.json'));
    await sweep();
    expect((await files()).map(file => [file.name, file.siteId]).sort()).toEqual([
      ['Bears.json', bears],
      ['c.json', seattle],
      // By its host ids: there are no other Patriots.
      ['scan.json', siteId],
    ]);
  });

  it('that speak of a site are its own, whatever people said of that name before there was one', async () => {
    room.drop('c-1.json', sample('c-seahawks.json'));
    await sweep();
    await room.call('intake.assign', { intakeId: (await files())[0]!.intakeId, siteId }, technician);
    const seattle = await room.call('site.create', { code: 'SEA', name: 'Seattle Seahawks' });
    room.drop('c-2.json', sample('c-seahawks.json').toString().replace('10:30:00', '10:31:00'));
    await sweep();
    expect((await files())[0]).toMatchObject({ name: 'c-2.json', state: 'taken', siteId: seattle.siteId });
  });

  it('of the same franchise are taken although one of them is gone', async () => {
    for (const n of [1, 2, 3, 4])
      room.drop(`c-${n}.json`, sample('c-seahawks.json').toString().replace('10:30:00', `10:3${n}:00`), { ageMs: 60_000 - n });
    await sweep();
    const named = async (name: string) => (await files()).find(file => file.name === name)!;
    rmSync(room.at('quarantine/c-3.json'));
    await room.call('intake.assign', { intakeId: (await named('c-1.json')).intakeId, siteId }, technician);
    await room.house.intake.idle();
    expect(await states()).toEqual(['c-1.json taken', 'c-2.json taken', 'c-3.json unassigned', 'c-4.json taken']);
  });

  it('of nobody wait for a site; whose they are is said once', async () => {
    room.drop('c-1.json', sample('c-seahawks.json'));
    room.drop('c-2.json', sample('c-seahawks.json').toString().replace('10:30:00', '10:31:00'));
    room.drop('a.json', scan(1));
    room.drop('XX/b.json', scan(2));
    await sweep();
    expect(await reports()).toEqual([]);
    const list = await files();
    expect(list.map(({ name, state, hint, reason }) => [name, state, hint, reason]).sort()).toEqual([
      ['a.json', 'unassigned', null, 'It says nothing of a site. Choose one.'],
      ['b.json', 'unassigned', 'XX', 'It lay in the folder "XX", which is no site here. Choose one.'],
      ['c-1.json', 'unassigned', 'Seattle Seahawks', 'It speaks of "Seattle Seahawks", which is no site here. Choose one.'],
      ['c-2.json', 'unassigned', 'Seattle Seahawks', 'It speaks of "Seattle Seahawks", which is no site here. Choose one.'],
    ]);
    // Local time of an unknown place.
    expect(list.find(({ name }) => name === 'c-1.json')!.madeAt).toBeNull();
    expect(room.lying('quarantine')).toContain('c-1.json.reason');
    const { intakeId } = list.find(({ name }) => name === 'c-1.json')!;
    const { file } = await room.call('intake.assign', { intakeId, siteId }, technician);
    expect(file).toMatchObject({ state: 'taken', siteId, reason: null, madeAt: Date.parse('2026-01-26T15:31:07.573Z') });
    const { records } = await room.call('audit.list', {});
    expect(records[0]).toMatchObject({ action: 'intake.assign', subject: 'c-1.json', actor: 'Tess' });
    await room.house.intake.idle();
    expect(await states()).toEqual(['a.json unassigned', 'b.json unassigned', 'c-1.json taken', 'c-2.json taken']);
    room.drop('c-3.json', sample('c-seahawks.json').toString().replace('10:30:00', '10:32:00'));
    await sweep();
    expect(await states()).toContain('c-3.json taken');
    expect(room.lying('quarantine')).toEqual(['a.json', 'a.json.reason', 'b.json', 'b.json.reason']);
  });

  it('that cannot be read go to quarantine with the reason beside them, in both languages, and can be tried again', async () => {
    room.drop('NE/rows.json', sample('unknown-rows.json'), { ageMs: 3_600_000 });
    await sweep();
    expect(room.lying('quarantine')).toEqual(['rows.json', 'rows.json.reason']);
    expect(readFileSync(room.at('quarantine/rows.json.reason'), 'utf8')).toBe(
      "It has none of the shapes that are read: it is a bare list of 2.\nIl n'a aucune des formes connues : c'est une simple liste de 2.\n",
    );
    const [file] = await files();
    expect((await room.call('intake.show', { intakeId: file!.intakeId }, technician)).file.reason).toContain('simple liste de 2');
    expect((await room.call('intake.show', { intakeId: file!.intakeId })).head).toContain('livebox.home');
    expect((await room.call('intake.retry', { intakeId: file!.intakeId }, technician)).file.state).toBe('quarantined');
    // Somebody mended it.
    writeFileSync(room.at('quarantine/rows.json'), scan(5));
    expect((await room.call('intake.retry', { intakeId: file!.intakeId }, technician)).file).toMatchObject({ state: 'taken', siteId });
    expect([room.lying('quarantine'), room.lying('inbox')]).toEqual([[], ['done/2026-11/rows.json']]);
    await expect(room.call('intake.retry', { intakeId: file!.intakeId }, technician)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are thrown away by an administrator, and stay so when they come again', async () => {
    room.drop('a.json', 'prose', { ageMs: 3_600_000 });
    await sweep();
    const { intakeId } = (await files())[0]!;
    await expect(room.call('intake.discard', { intakeId }, technician)).rejects.toMatchObject({ code: 'forbidden' });
    expect((await room.call('intake.discard', { intakeId })).file.state).toBe('discarded');
    expect(room.lying('quarantine')).toEqual([]);
    room.drop('b.json', 'prose', { ageMs: 3_600_000 });
    await sweep();
    expect(await files()).toMatchObject([{ name: 'a.json', state: 'discarded', doubles: 1 }]);
    expect([room.lying('quarantine'), room.lying('inbox')]).toEqual([[], []]);
  });

  it('are seen to once when two people see to them', async () => {
    room.drop('a.json', scan(1));
    await sweep();
    const { intakeId } = (await files())[0]!;
    const both = await Promise.allSettled([
      room.call('intake.assign', { intakeId, siteId }, technician),
      room.call('intake.retry', { intakeId, siteId }, technician),
      room.call('intake.discard', { intakeId }),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [file] = await files();
    expect([file!.state, (await reports()).length, room.lying('inbox').length]).toEqual(
      file!.state === 'taken' ? ['taken', 1, 1] : ['discarded', 0, 0],
    );
    expect(room.lying('quarantine')).toEqual([]);
  });

  it('that come again change nothing, and say so', async () => {
    room.drop('NE/1.json', scan(1));
    await sweep();
    room.drop('NE/2.json', scan(1));
    room.drop('1.json', scan(1));
    await sweep();
    expect(await files()).toMatchObject([{ name: '1.json', doubles: 2 }]);
    expect(room.lying('inbox')).toEqual(['done/2026-11/1.json']);
    expect(room.lines.at(-1)).toBe('INFO [REPORT] File came again: nothing was changed {"file":"1.json","state":"taken"}');
    // At another site it is a fault, not a double: data of two sites are never mixed.
    await room.call('site.create', { code: 'KC', name: 'Kansas City' });
    room.drop('KC/1.json', scan(1));
    await sweep();
    expect((await files())[0]).toMatchObject({ state: 'quarantined', reason: 'The same file was taken in for NE before.' });
    expect(await reports()).toHaveLength(1);
  });

  it('without a time of their own are told apart by when they were written', async () => {
    const at = room.now - 3_600_000;
    room.drop('NE/Patriots.json', sample('Patriots.json'), { writtenAt: at });
    await sweep();
    room.drop('NE/Patriots.json', sample('Patriots.json'), { writtenAt: at });
    room.drop('NE/later.json', sample('Patriots.json'), { writtenAt: at + 60_000 });
    await sweep();
    expect((await files()).map(({ name, madeAt, doubles }) => [name, madeAt! - at, doubles]).sort()).toEqual([
      ['Patriots.json', 0, 1],
      ['later.json', 60_000, 0],
    ]);
  });

  it('of a Harvester are those that it would have sent', async () => {
    const own = JSON.parse(sample('scan_22-11-2026_09H00_S01.json').toString());
    room.drop('scan.json', JSON.stringify(own));
    await sweep();
    const [file] = await files();
    expect(file).toMatchObject({
      state: 'unassigned',
      hint: 'vm-probe',
      reason: 'A probe made it that is not known here ("vm-probe"). Choose a site.',
    });
    const taken = await room.call('intake.assign', { intakeId: file!.intakeId, siteId }, technician);
    expect(taken.file).toMatchObject({ state: 'taken', shape: '1', reportIds: [own.reportId] });
    room.drop('other.json', JSON.stringify({ ...own, version: '0.1.1' }));
    await sweep();
    expect((await files()).find(({ name }) => name === 'other.json')).toMatchObject({
      state: 'taken',
      reason: 'Its report was here already: nothing was changed.',
    });
    expect(await reports()).toHaveLength(1);
  });

  it('of the future are refused, and those of ten years ago are history', async () => {
    room.drop('NE/future.json', scan(1).replace('2026-11', '2031-11'));
    room.drop('NE/old.json', scan(1).replace('2026-11', '2016-11'));
    await sweep();
    expect(await states()).toEqual(['future.json quarantined', 'old.json taken']);
    expect((await files()).find(({ name }) => name === 'future.json')?.reason).toMatch(
      /^It was made in the future \(2031-11-\S+Z\): its clock is wrong, or the time zone of the site\.$/,
    );
    expect(await reports()).toMatchObject([{ file: 'old.json', late: 1 }]);
  });

  it.each(['claimed', 'reported', 'noted', 'moved'] as const)(
    'are neither lost nor doubled when the power fails once they are %s',
    async step => {
      room.drop('NE/scan.json', scan(1));
      await room.stalling(step);
      await sweep();
      expect(await reports()).toHaveLength(1);
      expect(await files()).toMatchObject([{ name: 'scan.json', state: 'taken', siteCode: 'NE', doubles: 0 }]);
      expect([room.lying('inbox'), room.lying('quarantine')]).toEqual([['done/2026-11/scan.json'], []]);
    },
  );

  it.each(['claimed', 'noted', 'moved'] as const)('that are bad are not lost either when the power fails once they are %s', async step => {
    room.drop('prose.json', 'prose', { ageMs: 3_600_000 });
    await room.stalling(step);
    await sweep();
    expect(await files()).toMatchObject([{ name: 'prose.json', state: 'quarantined', doubles: 0 }]);
    expect([room.lying('inbox'), room.lying('quarantine')]).toEqual([[], ['prose.json', 'prose.json.reason']]);
  });

  it('stay in the inbox while the disk is full', async () => {
    const { committer } = room.house;
    const commit = committer.commit;
    committer.commit = unit => {
      unit.settle(false);
      return Promise.reject(new AppError('storage_failed', { reason: 'disk_full' }));
    };
    room.drop('NE/scan.json', scan(1));
    await sweep();
    expect(room.lying('inbox')).toEqual(['NE/scan.json']);
    expect(room.lines.at(-1)).toMatch(/^WARNING \[REPORT\] File cannot be taken up now; it stays in the inbox .*disk is full/);
    committer.commit = commit;
    // Somebody drops another one in its place meanwhile.
    room.drop('NE/scan.json', scan(2));
    await sweep();
    expect(await reports()).toMatchObject([{ raw: scan(2) }]);
  });
});

describe('what lies in the inbox', () => {
  let room: IntakeRoom;
  beforeEach(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aerie-intake-'));
    room = await openIntakeRoom({ folder, databaseUrl: undefined, remove: async () => rmSync(folder, { recursive: true, force: true }) });
    await room.call('site.create', { code: 'NE', name: 'New England Patriots', zone: 'America/New_York' });
    await sweep();
  });
  afterEach(() => room.close());

  const sweep = () => room.house.intake.sweep();
  const files = async () => (await room.call('intake.list', { limit: 200 })).files;

  it('is left alone while somebody writes it', async () => {
    const path = room.at('inbox/a.json');
    const at = (ageMs: number) => utimesSync(path, (room.now - ageMs) / 1_000, (room.now - ageMs) / 1_000);
    writeFileSync(path, scan(1).slice(0, 40));
    at(1_000);
    await sweep();
    // It pauses: what is there is no JSON, and may become some.
    at(30_000);
    await sweep();
    expect(room.lying('inbox')).toEqual(['a.json']);
    appendFileSync(path, scan(1).slice(40));
    at(1_000);
    await sweep();
    expect(room.lying('inbox')).toEqual(['a.json']);
    at(2_000);
    await sweep();
    expect(await files()).toMatchObject([{ state: 'unassigned', shape: 'A' }]);
  });

  it('goes to quarantine when nobody goes on writing', async () => {
    room.drop('NE/new.json', scan(1).slice(0, 40), { ageMs: 59_000 });
    room.drop('NE/old.json', scan(2).slice(0, 40), { ageMs: 61_000 });
    await sweep();
    expect(await files()).toMatchObject([
      { name: 'old.json', state: 'quarantined', reason: 'It is neither JSON nor XML, or it was cut off.' },
    ]);
    expect(room.lying('inbox')).toEqual(['NE/new.json']);
  });

  it('is not taken for a file by its name alone', async () => {
    for (const name of ['.scan.json.Xa81bc', 'scan.json.part', 'scan.json~', '.hidden.json']) room.drop(`NE/${name}`, scan(1));
    mkdirSync(room.at('inbox/NE/folder.json'));
    room.drop('NE/folder.json/inside.json', scan(2));
    await sweep();
    expect(await files()).toEqual([]);
    expect(room.lying('inbox/NE')).toHaveLength(5);
    // rsync's rename.
    renameSync(room.at('inbox/NE/.scan.json.Xa81bc'), room.at('inbox/NE/scan.json'));
    await sweep();
    expect(await files()).toMatchObject([{ name: 'scan.json', state: 'taken' }]);
  });

  it('is never followed, opened or read when it is no plain file', async () => {
    writeFileSync(room.at('secret'), scan(1));
    symlinkSync('../../secret', room.at('inbox/link.json'));
    mkdirSync(room.at('inbox/NE'), { recursive: true });
    linkSync(room.at('secret'), room.at('inbox/NE/hard.json'));
    execFileSync('mkfifo', [room.at('inbox/pipe.json')]);
    symlinkSync('/', room.at('inbox/ROOT'));
    room.now = Date.now() + 60_000;
    await sweep();
    const kind = (name: string) => `It is no plain file but a ${name}: it was not opened.`;
    expect((await files()).map(({ name, state, reason }) => [name, state, reason]).sort()).toEqual([
      ['ROOT', 'quarantined', kind('symbolic link')],
      ['hard.json', 'quarantined', kind('hard link')],
      ['link.json', 'quarantined', kind('symbolic link')],
      ['pipe.json', 'quarantined', kind('pipe')],
    ]);
    for (const { intakeId } of await files()) expect((await room.call('intake.show', { intakeId })).head).toBe('');
    for (const { intakeId } of await files()) await room.call('intake.discard', { intakeId });
    expect(readFileSync(room.at('secret'), 'utf8')).toBe(scan(1));
    expect(room.lying('quarantine')).toEqual([]);
  });

  it('has names that never become paths, and replaces nothing', async () => {
    mkdirSync(room.at('inbox/done/2026-11'), { recursive: true });
    writeFileSync(room.at('inbox/done/2026-11/scan.json'), 'mine');
    const names = ['scan.json', 'a\nb.json', '..json', '-rf.json', "$(touch x) 'quoted'.json", `${'é'.repeat(120)}.json`];
    names.forEach((name, i) => {
      room.drop(`NE/${name}`, scan(i));
    });
    const bytes = Buffer.concat([Buffer.from(`${room.at('inbox/NE')}/`), Buffer.from([0xff, 0xfe, 0x41])]);
    writeFileSync(bytes, scan(30));
    utimesSync(bytes, 1_000_000, 1_000_000);
    await sweep();
    // A name that begins with a dot is of a file that is not whole.
    expect(room.lying('inbox/NE')).toEqual(['..json']);
    expect((await files()).map(({ state }) => state)).toEqual(Array(6).fill('taken'));
    expect((await files()).map(({ name }) => name)).toEqual(expect.arrayContaining(['ab.json', '\ufffd\ufffdA']));
    expect(room.lying('inbox/done')).toEqual(
      [
        '2026-11/scan.json',
        '2026-11/scan-2.json',
        '2026-11/ab.json',
        '2026-11/rf.json',
        '2026-11/touch_x_quoted_.json',
        `2026-11/${'e'.repeat(95)}.json`,
        '2026-11/A',
      ].sort(),
    );
    expect(readFileSync(room.at('inbox/done/2026-11/scan.json'), 'utf8')).toBe('mine');
  });

  it('never lies where another one lies, although their names become the same', async () => {
    const names = ['a b.json', 'a_b.json', 'a?b.json', 'a*b.json', 'a_b.json.reason'];
    for (const name of names) room.drop(name, JSON.stringify({ name }), { ageMs: 3_600_000 });
    await sweep();
    const kept = room.lying('quarantine').map(name => readFileSync(room.at('quarantine', name), 'utf8'));
    expect(kept.filter(content => content.startsWith('{')).sort()).toEqual(names.map(name => JSON.stringify({ name })).sort());
  });

  it('is no file of a folder that was replaced by a link, nor of what else was put in the place of ours', async () => {
    writeFileSync(room.at('secret.key'), 'a secret');
    utimesSync(room.at('secret.key'), 1_000, 1_000);
    mkdirSync(room.at('sub'));
    renameSync(room.at('secret.key'), room.at('sub/secret.key'));
    room.drop('XX/scan.json', scan(1), { ageMs: 0 });
    await sweep();
    // It is due in a moment; by then its folder is another one.
    rmSync(room.at('inbox/XX'), { recursive: true });
    symlinkSync('../sub', room.at('inbox/XX'));
    rmSync(room.at('inbox/.taking'), { recursive: true });
    symlinkSync('..', room.at('inbox/.taking'));
    room.drop('YY/last.json', scan(2), { ageMs: 0 });
    const states = async () => (await room.call('intake.list', {})).files.map(({ name, state }) => `${name} ${state}`);
    await expect.poll(states, { timeout: 10_000 }).toContain('last.json unassigned');
    await sweep();
    mkdirSync(room.at('inbox/.taking/claim'));
    symlinkSync('../../../sub', room.at('inbox/.taking/claim/NE'));
    symlinkSync('../../sub', room.at('inbox/.taking/other'));
    await sweep();
    expect(room.lying('sub')).toEqual(['secret.key']);
    expect(await states()).not.toContain('secret.key quarantined');
  });

  it('may be replaced at any moment: what was read is what is taken, and the new one is taken too', async () => {
    room.drop('NE/scan.json', scan(1));
    const take = room.house.sites.takeFileReport;
    room.house.sites.takeFileReport = async file => {
      room.house.sites.takeFileReport = take;
      // While the first one is being taken in.
      expect(existsSync(room.at('inbox/NE/scan.json'))).toBe(false);
      room.drop('NE/scan.json', scan(2));
      return await take(file);
    };
    await sweep();
    await sweep();
    expect((await files()).map(({ name, madeAt }) => [name, new Date(madeAt!).getUTCMinutes()]).sort()).toEqual([
      ['scan.json', 1],
      ['scan.json', 2],
    ]);
    expect(room.lying('inbox')).toEqual(['done/2026-11/scan-2.json', 'done/2026-11/scan.json']);
  });

  it('goes to quarantine when it takes too long to read', async () => {
    room.drop('NE/slow.json', scan(1).padEnd(largeBytes), { ageMs: 20_000 });
    room.drop('NE/small.json', scan(2));
    const intake = await room.newIntake({ reader: { ms: 20, code: threadThat('for (;;);') } });
    await intake.sweep();
    await intake.stop();
    expect((await files()).map(({ name, state, reason }) => [name, state, reason]).sort()).toEqual([
      ['slow.json', 'quarantined', 'To read it takes longer than 0.02 s.'],
      ['small.json', 'taken', null],
    ]);
    expect(readFileSync(room.at('quarantine/slow.json.reason'), 'utf8')).toContain('Le lire prend plus de 0.02 s.');
    // A person can have it read again.
    const { intakeId } = (await files()).find(({ name }) => name === 'slow.json')!;
    expect((await room.call('intake.retry', { intakeId })).file.state).toBe('taken');
  });

  it('stays there when the Nester is stopped while it is read', async () => {
    room.drop('NE/large.json', scan(1).padEnd(largeBytes), { ageMs: 20_000 });
    room.drop('NE/small.json', scan(2));
    const taken = Promise.withResolvers<void>();
    const intake = await room.newIntake({
      reached: async step => (step === 'moved' ? taken.resolve() : undefined),
      reader: { code: threadThat('for (;;);') },
    });
    const swept = intake.sweep();
    await taken.promise;
    await intake.stop();
    await swept;
    expect((await files()).map(({ name }) => name)).toEqual(['small.json']);
    expect(room.lying('inbox/NE')).toEqual(['large.json']);
    expect(room.lines.join('\n')).not.toContain('large.json');
    await sweep();
    expect((await files()).map(({ name, state }) => `${name} ${state}`)).toEqual(['large.json taken', 'small.json taken']);
  });

  it('is taken up when it is moved in, without a sweep', async () => {
    const told = Promise.withResolvers<void>();
    room.house.committer.onApplied(events => {
      if (events.some(({ name }) => name === 'report.accepted')) told.resolve();
    });
    // A folder that was not there before.
    room.drop('NE/scan.json', scan(1));
    await told.promise;
    const whispered = Promise.withResolvers<void>();
    room.house.bus.subscribe('whispered', ({ event }) => event === 'intake.changed' && whispered.resolve());
    await whispered.promise;
    expect(await files()).toMatchObject([{ state: 'taken' }]);
  });

  it('may be a thousand files at once, of several sites', async () => {
    await room.call('site.create', { code: 'KC', name: 'Kansas City' });
    for (let i = 0; i < 1_010; i++)
      room.drop(
        `${i % 2 ? 'NE' : 'KC'}/scan-${i}.json`,
        scan(0).replace('11:00:00.000', `10:${String(i % 60).padStart(2, '0')}:${String(Math.floor(i / 60)).padStart(2, '0')}.000`),
      );
    // More than one look holds: the rest follows by itself.
    await sweep();
    const rows = await room.house.store.read.selectFrom('report').select('site_id').execute();
    expect(rows).toHaveLength(1_010);
    expect(room.lying('inbox').every(path => path.startsWith('done/'))).toBe(true);
  });
});
