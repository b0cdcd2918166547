import { AppError } from '@aerie/contract';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { type IncidentsRoom, openIncidentsRoom, silent } from '../../test/incidents-room.ts';
import type { Caller, Ctx } from '../context.ts';
import { readEvents } from '../store/log.ts';
import type { Unit } from '../store/unit.ts';

const missing = new AppError('not_found', { thing: 'row' });

onEachDatabase('the incidents room', newDatabase => {
  let database: TestDatabase;
  let room: IncidentsRoom;

  beforeEach(async () => {
    database = await newDatabase();
    room = await openIncidentsRoom(database, { wakes: false });
  });

  afterEach(async () => {
    await room.close();
    await database.remove();
  });

  const restart = async () => {
    await room.close();
    room = await openIncidentsRoom(database, { wakes: false });
  };
  const states = async () => (await room.rows()).map(row => row.state);
  const onlyId = async () => (await room.rows())[0]!.incident_id;
  const told = () => room.events.filter(({ name }) => name.startsWith('incident.')).map(({ name }) => name);
  const ctx = (name = 'Ada'): Ctx => ({
    actor: { kind: 'user', userId: 'u1', name, role: 'technician', language: 'en', sessionId: 'x', deviceId: 'd' },
    caller: {} as Caller,
    db: room.store.read,
    log: { info() {}, warning() {}, error() {} },
    now: () => room.now,
    commit: unit => room.committer.commit(unit),
    commitAct: unit => room.committer.commit(unit),
  });
  const acknowledge = (incidentId: string, name?: string) => room.incidents.commands['incident.acknowledge'](ctx(name), { incidentId });
  /** The unit of an observer that cannot be written. */
  const doomed = (unit: Unit) =>
    unit.run(room.store.read.updateTable('site').set({ why: 'x' }).where('site_id', '=', 'nobody').compile(), missing);

  it('opens, acknowledges and resolves one incident, each with its event and a row in the outbox', async () => {
    await room.committer.commit(room.observed(silent(true)));
    expect(room.incidents.openCount('s1')).toBe(1);
    const incidentId = await onlyId();
    room.now += 10;
    const { incident } = await acknowledge(incidentId);
    expect(incident).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'Ada', acknowledgedAt: room.now, siteCode: 'NE' });
    room.now += 10;
    await room.committer.commit(room.observed(silent(false)));
    expect(room.incidents.openCount('s1')).toBe(0);
    expect(await room.incidents.incident(incidentId)).toEqual({ ...incident, state: 'resolved', resolvedAt: room.now });
    expect(told()).toEqual(['incident.opened', 'incident.updated', 'incident.updated']);
    expect(room.events.at(-1)!.body).toEqual({ incident: await room.incidents.incident(incidentId) });
    expect((await room.outboxRows()).map(row => [row.incident_id, row.done_at])).toEqual(Array(3).fill([incidentId, null]));
    expect((await room.rows())[0]!.open_key).toBeNull();
    expect(room.lines.filter(line => line.includes('[INCIDENT]')).map(line => line.split(' {')[0])).toEqual([
      'WARNING [INCIDENT] Incident opened',
      'INFO [INCIDENT] Incident acknowledged',
      'INFO [INCIDENT] Incident resolved',
    ]);
  });

  it('goes on the same after a restart at any point', async () => {
    await room.committer.commit(room.observed(silent(true)));
    await restart();
    expect(room.observed(silent(true)).events).toEqual([]);
    const incidentId = await onlyId();
    await acknowledge(incidentId);
    await restart();
    expect(room.incidents.openCount('s1')).toBe(1);
    expect(room.observed(silent(true)).events).toEqual([]);
    await room.committer.commit(room.observed(silent(false)));
    await restart();
    expect(room.observed(silent(false)).events).toEqual([]);
    await room.committer.commit(room.observed(silent(true)));
    expect(await states()).toEqual(['resolved', 'open']);
  });

  it('opens once when two see the same before the first is durable; both units are written', async () => {
    const [first, second] = [room.observed(silent(true)), room.observed(silent(true))];
    expect(await Promise.all([room.committer.commit(first), room.committer.commit(second)])).toEqual([
      { written: true },
      { written: true },
    ]);
    expect(await states()).toEqual(['open']);
  });

  it('resolves what was seen well again before its opening was durable', async () => {
    const opening = room.observed(silent(true));
    const heartbeat = room.observed(silent(false));
    expect(heartbeat.events).toEqual([]);
    await Promise.all([room.committer.commit(opening), room.committer.commit(heartbeat)]);
    await room.committer.stop();
    expect(await states()).toEqual(['resolved']);
    expect(room.incidents.openCount('s1')).toBe(0);
  });

  it('stays as it was when the observer’s unit fails, and sees it the next time', async () => {
    const unit = doomed(room.observed(silent(true)));
    expect(room.incidents.openCount('s1')).toBe(1);
    await expect(room.committer.commit(unit)).rejects.toBe(missing);
    expect(room.incidents.openCount('s1')).toBe(0);
    expect([await room.rows(), await room.outboxRows(), told()]).toEqual([[], [], []]);
    await room.committer.commit(room.observed(silent(true)));
    expect(await states()).toEqual(['open']);
    await expect(room.committer.commit(doomed(room.observed(silent(false))))).rejects.toBe(missing);
    expect(room.incidents.openCount('s1')).toBe(1);
    expect(await states()).toEqual(['open']);
  });

  it('tells what an incident is when it is durable: acknowledged and resolved at the same moment', async () => {
    await room.committer.commit(room.observed(silent(true)));
    const incidentId = await onlyId();
    const acknowledging = acknowledge(incidentId);
    const resolving = room.committer.commit(room.observed(silent(false)));
    await Promise.all([acknowledging, resolving]);
    expect(room.events.at(-1)!.body).toMatchObject({ incident: { state: 'resolved', acknowledgedBy: 'Ada' } });
    expect(room.events.at(-1)!.body).toEqual({ incident: await room.incidents.incident(incidentId) });
  });

  it('lets one look after it: a second one is told, later ones change nothing', async () => {
    await room.committer.commit(room.observed(silent(true)));
    const incidentId = await onlyId();
    const both = await Promise.allSettled([acknowledge(incidentId, 'Ada'), acknowledge(incidentId, 'Bo')]);
    expect(both.map(result => (result.status === 'rejected' ? result.reason.code : 'ok'))).toEqual(['ok', 'conflict']);
    expect((await acknowledge(incidentId, 'Cy')).incident.acknowledgedBy).toBe('Ada');
    await room.committer.commit(room.observed(silent(false)));
    expect((await acknowledge(incidentId, 'Di')).incident).toMatchObject({ state: 'resolved', acknowledgedBy: 'Ada' });
    await expect(acknowledge('nothing')).rejects.toMatchObject({ code: 'not_found' });
    expect(told().length).toBe(3);
  });

  it('lists what is not resolved first, then the newest; of one site when asked', async () => {
    for (const [subjectId, siteId] of [
      ['a', 's1'],
      ['b', 's2'],
      ['c', 's1'],
      ['d', 's1'],
    ] as const) {
      room.now += 1;
      await room.committer.commit(room.observed(silent(true, { subjectId, siteId, subject: subjectId })));
    }
    await room.committer.commit(room.observed(silent(false, { subjectId: 'd' }), silent(false, { subjectId: 'a' })));
    const list = async (input: { siteId?: string; limit: number }) =>
      (await room.incidents.commands['incident.list'](ctx(), { state: 'all', folded: false, ...input })).incidents
        .map(({ subject }) => subject)
        .join('');
    expect(await list({ limit: 9 })).toBe('cbda');
    expect(await list({ limit: 2 })).toBe('cb');
    expect(await list({ siteId: 's1', limit: 9 })).toBe('cda');
  });

  it('replays what incidents are now', async () => {
    await room.committer.commit(room.observed(silent(true)));
    await room.committer.commit(room.observed(silent(false)));
    const missed = await readEvents(room.store.read, 0, ['sites'], 10);
    const bodies = await room.incidents.replay(room.store.read, missed);
    const incident = await room.incidents.incident(missed[0]!.ids.incidentId!);
    expect(incident!.state).toBe('resolved');
    expect(missed.map(({ seq, name }) => [name, bodies.get(seq)])).toEqual([
      ['incident.opened', { incident }],
      ['incident.updated', { incident }],
    ]);
  });

  it('whatever happens in whatever order, has one open at most of each thing and closes each once', async () => {
    const step = fc.record({
      subjectId: fc.constantFrom('a', 'b'),
      isBad: fc.boolean(),
      next: fc.constantFrom('go on', 'go on', 'wait', 'fail', 'restart'),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async steps => {
        const siteId = `run${++run}`;
        const last = new Map<string, boolean>();
        let waiting: Promise<unknown>[] = [];
        for (const { subjectId, isBad, next } of steps) {
          const unit = room.observed(silent(isBad, { siteId, subjectId }));
          last.set(subjectId, isBad);
          waiting.push(room.committer.commit(next === 'fail' ? doomed(unit) : unit).catch(error => expect(error).toBe(missing)));
          if (next === 'wait' || next === 'restart') await Promise.all(waiting.splice(0));
          if (next === 'restart') await restart();
        }
        await Promise.all(waiting);
        waiting = [];
        // Observers come back: what they see stands in the end.
        for (const [subjectId, isBad] of last) await room.committer.commit(room.observed(silent(isBad, { siteId, subjectId })));
        await restart();
        const rows = (await room.rows()).filter(row => row.site_id === siteId);
        for (const [subjectId, isBad] of last)
          expect(rows.filter(row => row.subject_id === subjectId && row.state !== 'resolved').length).toBe(isBad ? 1 : 0);
        expect(room.incidents.openCount(siteId)).toBe(rows.filter(row => row.state !== 'resolved').length);
        const events = (await readEvents(room.store.read, 0, ['sites'], 100_000)).filter(event => event.ids.siteId === siteId);
        const count = (name: string, incidentId: string) =>
          events.filter(event => event.name === name && event.ids.incidentId === incidentId).length;
        for (const { incident_id: incidentId, state } of rows) {
          expect(count('incident.opened', incidentId)).toBe(1);
          expect(count('incident.updated', incidentId)).toBe(state === 'resolved' ? 1 : 0);
        }
        expect(events.length).toBe((await room.outboxRows()).filter(row => rows.some(one => one.incident_id === row.incident_id)).length);
      }),
      { numRuns: 15 },
    );
  });
});
