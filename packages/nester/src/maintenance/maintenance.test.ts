import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { localBus, type Whisper } from '../bus/bus.ts';
import type { Act, Caller, Ctx } from '../context.ts';
import { Committer } from '../store/commit.ts';
import { readHead } from '../store/log.ts';
import { openStore, type Store } from '../store/store.ts';
import { type MaintenanceRoom, openMaintenance } from './room.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 5, 1, 8);

onEachDatabase('the maintenance room', newDatabase => {
  let database: TestDatabase;
  let store: Store;
  let committer: Committer;
  let room: MaintenanceRoom;
  let now: number;
  let acts: Act[];
  let whispers: Whisper[];

  const open = async () => {
    store = await openStore(database);
    const fail = (error: unknown) => {
      throw error;
    };
    committer = new Committer(store, (await readHead(store.read)).seq, () => now, fail);
    const bus = localBus(fail);
    bus.subscribe('whispered', whisper => whispers.push(whisper));
    const zones: Record<string, string> = { paris: 'Europe/Paris', chicago: 'America/Chicago' };
    room = await openMaintenance({ store, bus, now: () => now, zone: siteId => zones[siteId], siteIds: () => Object.keys(zones) });
  };
  const close = async () => {
    await committer.stop();
    await store.close();
  };

  beforeEach(async () => {
    database = await newDatabase();
    [now, acts, whispers] = [start, [], []];
    await open();
  });

  afterEach(async () => {
    await close();
    await database.remove();
  });

  const ctx = (): Ctx => ({
    actor: { kind: 'user', userId: 'u1', name: 'Ada', role: 'technician', language: 'en', sessionId: 'x', deviceId: 'd' },
    caller: {} as Caller,
    db: store.read,
    log: { info() {}, warning() {}, error() {} },
    now: () => now,
    commit: unit => committer.commit(unit),
    commitAct(unit, act) {
      acts.push(act);
      return committer.commit(unit);
    },
  });
  const noon = { once: { from: '2026-06-01T12:00', to: '2026-06-01T13:00' } };
  const create = (
    times: Parameters<(typeof room)['commands']['maintenance.create']>[1]['times'],
    siteIds: string[] | null = null,
    title = ' Switches ',
  ) => room.commands['maintenance.create'](ctx(), { title, siteIds, times });
  const list = async (siteId?: string, past = false) =>
    (await room.commands['maintenance.list'](ctx(), { ...(siteId && { siteId }), past })).maintenance.map(({ title }) => title);

  it('is announced, under way at each site’s own time, over, and remembered over a restart', async () => {
    const { maintenance } = await create(noon);
    expect(maintenance).toMatchObject({
      title: 'Switches',
      siteIds: null,
      createdBy: 'Ada',
      next: { from: start + 2 * hour, to: start + 3 * hour },
    });
    expect(acts).toMatchObject([{ action: 'maintenance.create', subject: 'Switches' }]);
    await close();
    await open();
    now = start + 2 * hour;
    expect([room.until('paris', now), room.until('chicago', now)]).toEqual([start + 3 * hour, null]);
    expect(room.ofSite('chicago').map(({ title }) => title)).toEqual(['Switches']);
    now = start + 9 * hour;
    expect([room.until('paris', now), room.until('chicago', now)]).toEqual([null, start + 10 * hour]);
    now = start + 24 * hour;
    expect([await list(), await list(undefined, true)]).toEqual([[], ['Switches']]);
    expect(room.between('paris', start, now)).toEqual([{ title: 'Switches', from: start + 2 * hour, to: start + 3 * hour }]);
  });

  it('is ended before its time, once; what was keeps its span', async () => {
    const { maintenance } = await create({ weekly: { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00' } }, ['paris'], 'Always');
    const { maintenanceId } = maintenance;
    expect([await list('paris'), await list('chicago')]).toEqual([['Always'], []]);
    now += hour;
    expect(room.until('paris', now)).toBeGreaterThan(now);
    await room.commands['maintenance.end'](ctx(), { maintenanceId });
    expect(room.until('paris', now)).toBeNull();
    await room.commands['maintenance.end'](ctx(), { maintenanceId });
    expect(acts.map(({ action }) => action)).toEqual(['maintenance.create', 'maintenance.end']);
    expect(room.between('paris', 0, now + 48 * hour)).toEqual([{ title: 'Always', from: start, to: now }]);
    await expect(room.commands['maintenance.end'](ctx(), { maintenanceId: 'none' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('tells screens when it was announced, and when it begins and ends by the clock', async () => {
    room.pass();
    await create(noon, ['paris']);
    for (const at of [start, start + 2 * hour, start + 2.5 * hour, start + 3 * hour, start + 4 * hour]) {
      now = at;
      room.pass();
    }
    expect(whispers.map(({ event }) => event)).toEqual(Array(3).fill('maintenance.changed'));
  });

  it.each([
    ['a day that no calendar has', { once: { from: '2026-02-30T12:00', to: '2026-06-01T13:00' } }, null, 'bad_input'],
    ['an end before its beginning', { once: { from: '2026-06-02T12:00', to: '2026-06-02T12:00' } }, null, 'bad_input'],
    ['what is over', { once: { from: '2026-05-02T12:00', to: '2026-05-02T13:00' } }, null, 'bad_input'],
    ['a site that is not there', noon, ['paris', 'mars'], 'not_found'],
  ])('refuses %s', async (_what, times, siteIds, code) => {
    await expect(create(times, siteIds)).rejects.toMatchObject({ code });
    expect([await list(undefined, true), acts]).toEqual([[], []]);
  });
});
