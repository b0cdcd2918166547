import { AppError, firstIncidentRules } from '@aerie/contract';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { gone, type IncidentsRoom, openIncidentsRoom, silent } from '../../test/incidents-room.ts';
import { readEvents } from '../store/log.ts';
import type { Unit } from '../store/unit.ts';
import type { Incidents } from './room.ts';

const missing = new AppError('not_found', { thing: 'row' });
const minute = 60_000;

onEachDatabase('the incidents room', newDatabase => {
  let database: TestDatabase;
  let room: IncidentsRoom;

  beforeEach(async () => {
    database = await newDatabase();
    room = await openIncidentsRoom(database);
  });

  afterEach(async () => {
    await room.close();
    await database.remove();
  });

  const restart = async () => {
    await room.close();
    room = await openIncidentsRoom(database, room);
  };
  const states = async () => (await room.rows()).map(row => row.state);
  const onlyId = async () => (await room.rows())[0]!.incident_id;
  const told = () => room.events.filter(({ name }) => name.startsWith('incident.')).map(({ name }) => name);
  const call: Incidents['commands'] = new Proxy({} as Incidents['commands'], {
    get: (_, name) => Reflect.get(room.incidents.commands, name),
  });
  const acknowledge = (incidentId: string, name?: string) => call['incident.acknowledge'](room.ctx(name), { incidentId });
  const timeline = async (incidentId: string) =>
    (await call['incident.show'](room.ctx(), { incidentId })).steps.map(({ kind, by, text }) => [kind, by, text]);
  /** The unit of an observer that cannot be written. */
  const doomed = (unit: Unit) =>
    unit.run(room.store.read.updateTable('site').set({ why: 'x' }).where('site_id', '=', 'nobody').compile(), missing);

  it('opens, acknowledges and resolves one incident, each with its event, its line of the timeline and what is to be told', async () => {
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
    expect(room.told).toEqual((['opened', 'updated', 'resolved'] as const).map(what => ({ incidentId, subject: 'vm-1', what })));
    expect(await timeline(incidentId)).toEqual([
      ['opened', null, null],
      ['acknowledged', 'Ada', null],
      ['resolved', null, null],
    ]);
    expect(room.acts).toMatchObject([{ action: 'incident.acknowledge', subject: 'NE probe.silent vm-1' }]);
    expect((await room.rows())[0]!.open_key).toBeNull();
    expect(room.lines.filter(line => line.includes('[INCIDENT]')).map(line => line.split(' {')[0])).toEqual([
      'WARNING [INCIDENT] Incident opened',
      'INFO [INCIDENT] Incident changed',
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

  it('gives up what waits when nothing can be stored any more, instead of trying for ever', async () => {
    const commit = room.committer.commit.bind(room.committer);
    let commits = 0;
    // A loop without a turn of the event loop could not be ended from outside.
    vi.spyOn(room.committer, 'commit').mockImplementation(unit => (++commits > 100 ? new Promise(() => {}) : commit(unit)));
    const first = room.observed(silent(true, { subjectId: 'a' }));
    room.observed(silent(true, { subjectId: 'b' }));
    let last: Promise<unknown> | undefined;
    first.onSettled(() => {
      const unit = room.observed(silent(true, { subjectId: 'c' }));
      room.observed(silent(true, { subjectId: 'd' }));
      void room.committer.stop();
      last = room.committer.commit(unit).catch(error => error);
    });
    await room.committer.commit(first);
    expect(await last).toMatchObject({ code: 'stopping' });
    await new Promise(resolve => setImmediate(resolve));
    expect(commits).toBeLessThan(10);
  });

  it('stays as it was when the observer’s unit fails, and sees it the next time', async () => {
    const unit = doomed(room.observed(silent(true)));
    expect(room.incidents.openCount('s1')).toBe(1);
    await expect(room.committer.commit(unit)).rejects.toBe(missing);
    expect(room.incidents.openCount('s1')).toBe(0);
    expect([await room.rows(), await room.steps(), await room.symptoms(), room.told, told()]).toEqual([[], [], [], [], []]);
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
    expect(room.events.at(-1)!.body).toMatchObject({ incident: { state: 'resolved' } });
    expect(room.events.at(-1)!.body).toEqual({ incident: await room.incidents.incident(incidentId) });
  });

  it('lets one look after it: later ones see who has it, and change nothing', async () => {
    await room.committer.commit(room.observed(silent(true)));
    const incidentId = await onlyId();
    const both = await Promise.all([acknowledge(incidentId, 'Ada'), acknowledge(incidentId, 'Bo')]);
    const [who, other] = both.map(({ incident }) => incident.acknowledgedBy);
    expect(['Ada', 'Bo']).toContain(who);
    expect(other).toBe(who);
    expect((await acknowledge(incidentId, 'Cy')).incident.acknowledgedBy).toBe(who);
    await call['incident.acknowledge'](room.ctx('Cy'), { incidentId, note: 'I have the key' });
    expect((await timeline(incidentId)).slice(1)).toEqual([
      ['acknowledged', who, null],
      ['noted', 'Cy', 'I have the key'],
    ]);
    await room.committer.commit(room.observed(silent(false)));
    expect((await acknowledge(incidentId, 'Di')).incident).toMatchObject({ state: 'resolved', acknowledgedBy: who });
    await expect(acknowledge('nothing')).rejects.toMatchObject({ code: 'not_found' });
    expect(told().length).toBe(4);
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
      (await call['incident.list'](room.ctx(), { state: 'all', folded: false, ...input })).incidents.map(({ subject }) => subject).join('');
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

  it('keeps what is about to count over a restart: it counts when a report says that it is still so', async () => {
    await room.see(gone(true));
    room.now += 9 * minute;
    await restart();
    expect(await room.symptoms()).toMatchObject([{ state: 'pending', subject_id: 'd1', subject: 'files' }]);
    await room.pass(2 * minute);
    // Nester was not listening: time alone says nothing yet.
    expect(await room.rows()).toEqual([]);
    await room.report({ kind: 'sweep' });
    expect(await room.rows()).toMatchObject([{ rule: 'device.gone', subject: 'files', severity: 'warning', told_at: room.now }]);
    await restart();
    await room.see(gone(false));
    await room.report();
    await restart();
    await room.report();
    await room.pass(10 * minute);
    expect(await states()).toEqual(['resolved']);
    expect(await room.symptoms()).toEqual([]);
  });

  it('lets time pass by itself: a test ends, sleepers wake, what cannot be stored is tried again', async () => {
    const { incident } = await call['incident.test'](room.ctx(), { siteId: 's1' });
    expect(incident).toMatchObject({ rule: 'test', subject: 'Patriots', severity: 'info', detail: { by: 'Ada' } });
    expect((await call['incident.test'](room.ctx('Bo'), { siteId: 's1' })).incident.incidentId).toBe(incident.incidentId);
    await room.see(silent(true));
    const silence = (await room.rows()).find(row => row.rule === 'probe.silent')!.incident_id;
    await call['incident.snooze'](room.ctx(), { incidentId: silence, until: room.now + 5 * minute });
    const { commit } = room.committer;
    room.committer.commit = unit => {
      unit.settle(false);
      return Promise.reject(missing);
    };
    await expect(room.pass(10 * minute)).rejects.toBe(missing);
    expect(await states()).toEqual(['open', 'open']);
    room.committer.commit = commit;
    await room.pass(0);
    expect((await room.rows()).map(row => [row.rule, row.state, row.snoozed_until])).toEqual([
      ['test', 'resolved', null],
      ['probe.silent', 'open', null],
    ]);
    expect(room.told.map(({ subject, what }) => [subject, what])).toEqual([
      ['Patriots', 'opened'],
      ['vm-1', 'opened'],
      ['vm-1', 'updated'],
      ['Patriots', 'resolved'],
      ['vm-1', 'reminder'],
    ]);
  });

  it('lets people act, each with its line and the audit’s', async () => {
    await room.see(silent(true));
    const incidentId = await onlyId();
    const acted = [
      await call['incident.assign'](room.ctx(), { incidentId, userId: 'u2' }),
      await call['incident.note'](room.ctx(), { incidentId, text: ' power cut in the street ' }),
      await call['incident.snooze'](room.ctx(), { incidentId, until: room.now + 10 }),
      await call['incident.acknowledge'](room.ctx(), { incidentId, note: 'mine' }),
      await call['incident.assign'](room.ctx('Bo'), { incidentId, userId: null }),
      await call['incident.resolve'](room.ctx('Bo'), { incidentId, note: 'the probe is retired' }),
      await call['incident.note'](room.ctx('Bo'), { incidentId, text: 'it really is' }),
    ].map(({ incident }) => [incident.state, incident.assignee, incident.resolvedBy]);
    expect(acted[0]).toEqual(['open', 'Bo', null]);
    expect(acted.slice(3)).toEqual([
      ['acknowledged', 'Bo', null],
      ['acknowledged', null, null],
      ['resolved', null, 'Bo'],
      ['resolved', null, 'Bo'],
    ]);
    expect(await timeline(incidentId)).toEqual([
      ['opened', null, null],
      ['assigned', 'Ada', 'Bo'],
      ['noted', 'Ada', 'power cut in the street'],
      ['snoozed', 'Ada', String(room.now + 10)],
      ['acknowledged', 'Ada', 'mine'],
      ['assigned', 'Bo', null],
      ['resolved', 'Bo', 'the probe is retired'],
      ['noted', 'Bo', 'it really is'],
    ]);
    expect(room.acts.map(({ action }) => action)).toEqual(
      ['assign', 'note', 'snooze', 'acknowledge', 'assign', 'resolve', 'note'].map(act => `incident.${act}`),
    );
    // What is over is only looked at.
    expect((await call['incident.snooze'](room.ctx(), { incidentId, until: room.now + 10 })).incident.snoozedUntil).toBeNull();
    await expect(call['incident.assign'](room.ctx(), { incidentId, userId: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(call['incident.note'](room.ctx(), { incidentId, text: '  ' })).rejects.toMatchObject({ code: 'bad_input' });
    // It is silent still, and that is left alone until it was heard.
    await room.see(silent(true));
    expect(await states()).toEqual(['resolved']);
    await room.see(silent(false));
    await room.see(silent(true));
    expect(await states()).toEqual(['resolved', 'open']);
  });

  it('tells one dead site as one incident, with its forty devices folded under it, and shows them there', async () => {
    const devices = Array.from({ length: 40 }, (_, i) => `d${i}`);
    await room.report();
    await room.see(...devices.map(subjectId => gone(true, { subjectId })));
    await room.pass(10 * minute);
    // That was a storm of its own.
    await room.pass(minute);
    room.told.splice(0);
    await room.see(silent(true));
    expect(room.told.map(({ what }) => what)).toEqual(['opened']);
    const { incidents } = await call['incident.list'](room.ctx(), { state: 'unresolved', folded: false, limit: 200 });
    expect(incidents).toMatchObject([{ rule: 'probe.silent', folded: 40 }]);
    expect(room.incidents.openCount('s1')).toBe(1);
    expect(room.incidents.worst('s1')).toMatchObject({ rule: 'probe.silent' });
    const shown = await call['incident.show'](room.ctx(), { incidentId: incidents[0]!.incidentId });
    expect(shown.folded.length).toBe(40);
    const one = shown.folded[0]!;
    expect(await call['incident.show'](room.ctx(), { incidentId: one.incidentId })).toMatchObject({
      incident: { quiet: 'folded' },
      parent: { incidentId: incidents[0]!.incidentId },
    });
    expect((await timeline(one.incidentId)).map(([kind]) => kind)).toEqual(['opened', 'folded']);
    await restart();
    await room.see(silent(false));
    await room.see(...devices.slice(1).map(subjectId => gone(false, { subjectId })));
    await room.report();
    await room.pass(10 * minute);
    expect((await room.rows()).filter(row => row.state !== 'resolved').map(row => [row.subject_id, row.parent_id])).toEqual([['d0', null]]);
  });

  it('lets one person raise ten tests within ten minutes, and others meanwhile', async () => {
    const raise = (name: string) => call['incident.test'](room.ctx(name), { siteId: 's1' });
    for (let i = 0; i < 10; i++) {
      const { incident } = await raise('Ada');
      await call['incident.resolve'](room.ctx(), { incidentId: incident.incidentId });
      room.now += 1_000;
    }
    const before = (await room.rows()).length;
    await expect(raise('Ada')).rejects.toMatchObject({ code: 'too_fast', params: { seconds: 590 } });
    expect([(await room.rows()).length, room.acts.filter(({ action }) => action === 'incident.test').length]).toEqual([before, 10]);
    await raise('Bo');
    room.now += 590_000;
    await raise('Ada');
    await expect(raise('Ada')).rejects.toMatchObject({ code: 'too_fast', params: { seconds: 1 } });
  });

  it('takes tests for no storm, however many somebody raises: what is wrong elsewhere is told', async () => {
    for (let i = 0; i < 25; i++) {
      const { incident } = await call['incident.test'](room.ctx(`somebody ${i}`), { siteId: 's1' });
      expect(incident.quiet).toBeNull();
      await call['incident.resolve'](room.ctx(), { incidentId: incident.incidentId });
    }
    await room.see(silent(true));
    expect((await room.rows()).find(row => row.rule === 'probe.silent')).toMatchObject({ quiet: null, told_at: room.now });
  });

  it('sums a storm up: the first twenty are told, the rest in one message, and one when it is over', async () => {
    const sites = Array.from({ length: 60 }, (_, i) => `site${i}`);
    for (const siteId of sites) room.probes.set(siteId, [`p-${siteId}`]);
    const silence = (siteId: string) => silent(true, { siteId, subjectId: `p-${siteId}`, subject: siteId });
    for (const siteId of sites.slice(0, 50)) await room.see(silence(siteId));
    expect(room.told.length).toBe(20);
    // Dead before anybody was told of the storm.
    await restart();
    await room.see(silent(true, { siteId: 'site50', subjectId: 'p-site50', subject: 'site50' }));
    await room.pass(5_000);
    expect(room.storms).toMatchObject([{ endedAt: null, incidents: 31, severity: 'critical' }]);
    expect(room.storms[0]!.sites.length).toBe(31);
    await restart();
    for (const siteId of sites.slice(51)) await room.see(silence(siteId));
    await room.pass(59_000);
    expect(room.storms.length).toBe(1);
    await room.pass(1_001);
    expect(room.storms[1]).toMatchObject({ stormId: room.storms[0]!.stormId, endedAt: room.now, incidents: 40 });
    expect(room.told.length).toBe(20);
    await room.pass(60_000);
    await room.see(silent(true));
    expect([room.told.length, room.storms.length]).toEqual([21, 2]);
    const quiet = (await room.rows()).filter(row => row.quiet === 'storm').length;
    expect(quiet).toBe(40);
  });

  it('follows other rules of a site at once, and remembers over a restart what came and went', async () => {
    for (let i = 0; i < 12; i++) {
      await room.see(silent(true));
      await room.see(silent(false));
      room.now += minute;
      if (i === 5) await restart();
    }
    await restart();
    await room.see(silent(true));
    expect((await room.rows()).map(row => row.quiet)).toEqual([...Array(11).fill(null), 'paused', 'paused']);
    room.rules.set('s1', { ...firstIncidentRules, 'probe.silent': { on: false, severity: 'critical' } });
    await room.incidents.rulesChanged('s1');
    expect((await states()).every(state => state === 'resolved')).toBe(true);
  });

  it('tells nobody during maintenance; at its end, what is still bad', async () => {
    room.maintenance.set('s1', room.now + minute);
    await room.see(silent(true), gone(true, { rule: 'device.new', siteId: 's2', marks: [] }));
    await room.see(silent(true, { siteId: 's2', subjectId: 'p2', subject: 'vm-2' }));
    room.maintenance.set('s2', room.now + minute);
    await room.see(silent(false, { siteId: 's2', subjectId: 'p2' }));
    expect(room.told.map(({ subject, what }) => `${subject} ${what}`)).toEqual(['files opened', 'vm-2 opened', 'vm-2 resolved']);
    await room.pass(minute);
    room.maintenance.clear();
    await room.pass(5_000);
    expect(room.told.slice(3)).toMatchObject([{ subject: 'vm-1', what: 'opened' }]);
    const silence = (await room.rows()).find(row => row.subject === 'vm-1')!;
    expect(silence).toMatchObject({ quiet: null, told_at: room.now });
    expect(await timeline(silence.incident_id)).toEqual([
      ['opened', null, null],
      ['not_told', null, 'maintenance'],
      ['told', null, null],
    ]);
  });

  it('goes on when an observer forgets what it staged', async () => {
    const forgotten = room.observed(silent(true));
    expect(forgotten.operations.length).toBeGreaterThan(0);
    const waiting = room.see(silent(true));
    await waiting;
    expect(await room.rows()).toEqual([]);
    await room.pass(5 * minute + 1);
    expect(room.lines.filter(line => line.includes('was never stored')).length).toBe(1);
    expect(await states()).toEqual(['open']);
  });

  it('lists by everything that it can be asked for', async () => {
    await room.see(silent(true));
    await room.see(gone(true, { rule: 'device.new', marks: [] }));
    await room.see(gone(true, { rule: 'device.new', marks: [], siteId: 's2', subjectId: 'd2' }));
    const incidentId = await onlyId();
    await call['incident.assign'](room.ctx(), { incidentId, userId: 'u2' });
    const list = async (input: Partial<Parameters<(typeof call)['incident.list']>[1]>) =>
      (await call['incident.list'](room.ctx(), { state: 'all', folded: false, limit: 9, ...input })).incidents.map(
        ({ siteId, rule, subjectId }) => `${siteId} ${rule} ${subjectId}`,
      );
    // The worst first, whenever it began.
    expect((await list({}))[0]).toBe('s1 probe.silent p1');
    expect(await list({ folded: true, rule: 'device.new', siteId: 's2' })).toEqual(['s2 device.new d2']);
    // What is behind a silent probe stands under its silence.
    expect(await list({ siteId: 's1' })).toEqual(['s1 probe.silent p1']);
    expect(await list({ severity: 'info' })).toEqual(['s2 device.new d2']);
    expect(await list({ assigneeId: 'u2' })).toEqual(['s1 probe.silent p1']);
    expect(await list({ subjectId: 'd1', folded: true })).toEqual(['s1 device.new d1']);
    expect(await list({ before: 1_000_000 })).toEqual([]);
    expect(await list({ state: 'resolved' })).toEqual([]);
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
      }),
      { numRuns: 15 },
    );
  });
});
