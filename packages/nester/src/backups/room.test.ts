import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BackupAttempt, centre, firstIncidentRules } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { type IncidentsRoom, openIncidentsRoom } from '../../test/incidents-room.ts';
import { settleMs } from './late.ts';
import { backupName } from './names.ts';
import { type Backups, openBackups } from './room.ts';

const hour = 3_600_000;

onEachDatabase('backups that do not come', newDatabase => {
  let database: TestDatabase;
  let room: IncidentsRoom;
  let backups: Backups;
  let folder: string;

  beforeEach(async () => {
    database = await newDatabase();
    folder = join(database.folder, 'backups');
    room = await openIncidentsRoom(database);
    room.now = 1_000 * hour;
    await start();
  });
  afterEach(async () => {
    await room.close();
    await database.remove();
  });

  async function start(backupLateHours = 3): Promise<void> {
    room.rules.set(centre.siteId, { ...firstIncidentRules, 'backup.late': { on: backupLateHours > 0, severity: 'warning' } });
    room.probes.set(centre.siteId, []);
    backups = await openBackups({
      config: { backups: folder, backupLateHours, backupCopy: undefined },
      store: room.store,
      committer: room.committer,
      log: room.ctx().log,
      now: () => room.now,
      incidents: room.incidents,
    });
    await backups.look();
  }

  async function restart(backupLateHours = 3): Promise<void> {
    await room.close();
    room = await openIncidentsRoom(database, room);
    await start(backupLateHours);
  }

  async function pass(ms: number): Promise<void> {
    room.now += ms;
    await backups.look();
  }

  function put(at: number): string {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, backupName(at)), 'x'.repeat(7));
    return backupName(at);
  }

  const record = (attempt: Partial<BackupAttempt> = {}) =>
    backups.commands['backup.record'](room.ctx(), { at: room.now, name: null, seconds: 1, problem: null, copied: null, ...attempt });
  const states = async () => (await room.rows()).map(({ site_id, rule, state }) => `${site_id} ${rule} ${state}`);

  it('are an incident of Nester itself once the time is up, told once, and over by itself when one comes', async () => {
    await pass(3 * hour);
    expect(await states()).toEqual([]);
    await pass(1);
    await pass(hour);
    expect(await states()).toEqual(['nester backup.late open']);
    const [incident] = await room.rows();
    expect(incident).toMatchObject({ subject: folder, severity: 'warning' });
    expect(JSON.parse(incident!.detail)).toEqual({ lastBackupAt: null, lateAfterHours: 3 });
    expect(room.told.map(({ what }) => what)).toEqual(['opened']);

    await record({ name: put(room.now) });
    expect(await states()).toEqual(['nester backup.late resolved']);
    expect(room.told.map(({ what }) => what)).toEqual(['opened', 'resolved']);
  });

  it('name the last backup and why the last attempt failed', async () => {
    put(room.now - hour);
    await record({ problem: 'the disk is full' });
    await pass(3 * hour + 1);
    expect(JSON.parse((await room.rows())[0]!.detail)).toEqual({
      lastBackupAt: 999 * hour,
      lateAfterHours: 3,
      problem: 'the disk is full',
    });
    expect(room.lines.filter(line => line.includes('[BACKUP]')).join()).toContain('A backup failed');
  });

  it('are looked for by what lies in the folder, whoever put it there', async () => {
    await pass(4 * hour);
    put(room.now);
    writeFileSync(join(folder, 'notes.txt'), '');
    mkdirSync(join(folder, backupName(room.now + 1_000)));
    await pass(30_000);
    expect(await states()).toEqual(['nester backup.late resolved']);
    const shown = await backups.commands['backup.show'](room.ctx(), {});
    expect(shown).toMatchObject({ folder, late: false, lateAfterHours: 3, backups: [{ bytes: 7 }] });
  });

  it('are shown with those that are kept for good', async () => {
    const old = put(room.now - 2 * hour);
    put(room.now);
    writeFileSync(join(folder, `${old}.keep`), '');
    const shown = await backups.commands['backup.show'](room.ctx(), {});
    expect(shown.backups.map(({ name, kept }) => ({ isOld: name === old, kept }))).toEqual([
      { isOld: false, kept: false },
      { isOld: true, kept: true },
    ]);
  });

  it('are late from the first start on, not from the last one', async () => {
    await pass(2 * hour);
    await restart();
    await pass(hour + 1);
    expect(await states()).toEqual(['nester backup.late open']);
  });

  it('have a moment to come after a start: the timer was due meanwhile', async () => {
    put(room.now);
    room.now += 12 * hour;
    await restart();
    await pass(settleMs - 1);
    expect(await states()).toEqual([]);
    await pass(1);
    expect(await states()).toEqual(['nester backup.late open']);
  });

  it('stay one incident over a restart, and what closed it stays closed', async () => {
    await pass(4 * hour);
    await restart();
    await pass(settleMs);
    expect(await states()).toEqual(['nester backup.late open']);
    await room.incidents.commands['incident.resolve'](room.ctx(), { incidentId: (await room.rows())[0]!.incident_id });
    await restart();
    await pass(settleMs);
    expect(await states()).toEqual(['nester backup.late resolved']);
  });

  it('are watched no longer when nobody wants to be told, and anew when somebody does again', async () => {
    await pass(4 * hour);
    await restart(0);
    const [incident] = await room.rows();
    expect(incident).toMatchObject({ state: 'resolved' });
    expect(JSON.parse(incident!.detail)).toMatchObject({ unwatched: 1 });
    room.now += 100 * hour;
    await restart();
    await pass(3 * hour);
    expect(await states()).toEqual(['nester backup.late resolved']);
    await pass(1);
    expect(await states()).toEqual(['nester backup.late resolved', 'nester backup.late open']);
  });

  it('leave how the last attempt went known after a restart', async () => {
    const attempt = { at: room.now, name: null, seconds: 2.5, problem: 'the disk is full', copied: false };
    await backups.commands['backup.record'](room.ctx(), attempt);
    await restart();
    expect(await backups.commands['backup.show'](room.ctx(), {})).toMatchObject({ last: attempt, backups: [], late: false });
  });

  it('are late where the folder cannot be read, which is said', async () => {
    writeFileSync(folder, 'not a folder');
    await pass(3 * hour + 1);
    expect(JSON.parse((await room.rows())[0]!.detail).problem).toContain('ENOTDIR');
    expect(room.lines.filter(line => line.includes('cannot be read'))).toHaveLength(1);
    rmSync(folder);
    put(room.now);
    await pass(1);
    expect(await states()).toEqual(['nester backup.late resolved']);
  });

  it('are figures for Prometheus', async () => {
    expect(await backups.figures()).toEqual({
      backups: 0,
      newest: undefined,
      isLate: false,
      attempts: { made: 0, not_copied: 0, failed: 0 },
    });
    put(room.now - 9 * hour);
    await record({ name: put(room.now - 4 * hour) });
    await record({ name: put(room.now - 5 * hour), problem: 'no route to host', copied: false });
    expect(room.lines.at(-1)).toContain('WARNING [BACKUP] A backup was made, and not copied');
    await record({ problem: 'x' });
    room.now += 4 * hour;
    expect(await backups.figures()).toEqual({
      backups: 3,
      newest: { at: 996 * hour, ageSeconds: 8 * 3_600, bytes: 7 },
      isLate: true,
      attempts: { made: 1, not_copied: 1, failed: 1 },
    });
  });
});
