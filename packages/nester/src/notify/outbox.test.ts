import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { anIncident, type NotifyRoom, openNotifyRoom, over } from '../../test/notify-room.ts';
import type { Courier, Errand } from './deliveries.ts';
import { Unreachable } from './deliveries.ts';

const opening = 'Incident : la sonde vm-1 du site Patriots (NE) ne répond plus. Dernier contact : 01/01/1970 00:00:00 UTC.';
const mailRoute = {
  name: 'Mail',
  on: true,
  target: { kind: 'mail' as const, to: ['ops@school.example'] },
  siteIds: null,
  groups: null,
  atLeast: 'info' as const,
  language: 'en' as const,
};

onEachDatabase('the outbox', newDatabase => {
  let database: TestDatabase;
  let room: NotifyRoom;
  /** What was told by mail, and how that is to end. */
  const mails: Errand[] = [];
  let mailTrouble: Error | undefined;
  let channelTrouble: 'none' | 'before' | 'after' = 'none';
  let channelTries = 0;

  const mail: Courier = {
    async tell(errand) {
      if (mailTrouble) throw mailTrouble;
      mails.push(errand);
      return undefined;
    },
  };
  const open = async () => {
    room = await openNotifyRoom(database, {
      around: own => ({
        ...own,
        mail,
        channel: {
          async tell(errand, signal) {
            channelTries += 1;
            if (channelTrouble === 'before') throw new Error('no channel');
            await own.channel.tell(errand, signal);
            if (channelTrouble === 'after') throw new Error('killed');
            return undefined;
          },
        },
      }),
    });
  };
  const restart = async () => {
    const { incidents, now } = room;
    await room.close();
    await open();
    for (const [id, incident] of incidents) room.incidents.set(id, incident);
    room.now = now;
  };
  const contents = async () => (await room.said()).map(message => message.content);
  const states = async () => (await room.rows()).map(row => row.state);

  beforeEach(async () => {
    mails.length = 0;
    mailTrouble = undefined;
    channelTrouble = 'none';
    channelTries = 0;
    database = await newDatabase();
    await open();
  });

  afterEach(async () => {
    await room.close();
    await database.remove();
  });

  it('tells an incident as one message that follows it', async () => {
    const incident = anIncident();
    await room.tell(incident, 'opened');
    const [first] = await room.said();
    expect(first).toMatchObject({ content: opening, channel_id: room.roster.named('supervision')!.channelId });
    await room.tell(over(incident), 'resolved');
    const said = await room.said();
    expect(said).toMatchObject([{ message_id: first!.message_id, seq: first!.seq, content: expect.stringContaining('Résolu') }]);
    expect(JSON.parse(said[0]!.card!)).toMatchObject({ state: 'resolved', siteCode: 'NE' });
    expect(await states()).toEqual(['sent', 'sent']);
    expect(await room.notify.deliveriesOf('i1')).toMatchObject([{ routeName: '#supervision', state: 'sent', error: null }, {}]);
  });

  it('tells it in the site’s own channel, and where everybody looks once that is archived', async () => {
    const { channelId } = room.roster.named('dev')!;
    room.sites.get('s1')!.channel_id = channelId;
    await room.tell(anIncident(), 'opened');
    expect((await room.said())[0]!.channel_id).toBe(channelId);
    room.sites.get('s1')!.channel_id = 'gone';
    await room.tell(anIncident({ incidentId: 'i2' }), 'opened');
    expect((await room.said())[1]!.channel_id).toBe(room.roster.named('supervision')!.channelId);
  });

  it('tells once what a Nester that died before, after or between told or not', async () => {
    channelTrouble = 'before';
    await room.tell(anIncident(), 'opened');
    expect(await contents()).toEqual([]);
    await restart();
    channelTrouble = 'after';
    room.now += 60_000;
    await room.notify.drain();
    expect(await contents()).toEqual([opening]);
    expect(await states()).toEqual(['waiting']);
    await restart();
    channelTrouble = 'none';
    room.now += 60_000;
    await room.notify.drain();
    await room.notify.drain();
    expect(await contents()).toEqual([opening]);
    expect(await states()).toEqual(['sent']);
  });

  it('comes back to a channel later each time, and never gives up', async () => {
    channelTrouble = 'before';
    await room.tell(anIncident(), 'opened');
    const after = async (ms: number) => {
      room.now += ms;
      await room.notify.drain();
      return channelTries;
    };
    expect([channelTries, await after(999), await after(1), await after(1_999), await after(1)]).toEqual([1, 1, 2, 2, 3]);
    for (let i = 0; i < 17; i++) await after(15 * 60_000);
    expect(channelTries).toBe(20);
    expect([await after(15 * 60_000 - 1), await after(5 * 86_400_000)]).toEqual([20, 21]);
    expect(await room.rows()).toMatchObject([{ state: 'waiting', attempts: 21, last_error: 'no channel' }]);
    expect(room.lines.filter(line => line.includes('could not be told')).length).toBe(5);
    // One that waits does not hold up the others.
    channelTrouble = 'none';
    await room.tell(anIncident({ incidentId: 'i2' }), 'opened');
    expect((await contents()).length).toBe(1);
    await after(15 * 60_000);
    expect((await contents()).length).toBe(2);
  });

  it('goes on when the clock is set back', async () => {
    await room.call('route.create', mailRoute);
    mailTrouble = new Unreachable('connect ECONNREFUSED');
    channelTrouble = 'before';
    await room.tell(anIncident(), 'opened');
    mailTrouble = undefined;
    channelTrouble = 'none';
    room.now -= 86_400_000;
    await room.tell(anIncident({ incidentId: 'i2' }), 'opened');
    expect([mails.length, (await contents()).length, new Set(await states())]).toEqual([2, 2, new Set(['sent'])]);
  });

  it('works off more than a page, each incident once, and only its latest state', async () => {
    channelTrouble = 'before';
    const all = Array.from({ length: 150 }, (_, i) => anIncident({ incidentId: `i${i}`, subject: `vm-${i}` }));
    await Promise.all(all.map(incident => room.stage(incident, 'opened')));
    await Promise.all(all.map(incident => room.stage(over(incident), 'resolved')));
    await room.notify.drain();
    channelTrouble = 'none';
    channelTries = 0;
    room.now += 60_000;
    await room.notify.drain();
    expect((await contents()).length).toBe(150);
    expect((await contents()).every(content => content.startsWith('Résolu'))).toBe(true);
    expect(channelTries).toBe(150);
    expect(new Set(await states())).toEqual(new Set(['sent']));
  });

  it('loses nothing while the mail server is down for an hour, asks it seldom, and holds up nothing else', async () => {
    const { routeId } = (await room.call('route.create', mailRoute)).route;
    mailTrouble = new Unreachable('connect ECONNREFUSED');
    let asked = 0;
    const all = Array.from({ length: 20 }, (_, i) => anIncident({ incidentId: `i${i}`, subject: `vm-${i}` }));
    for (const incident of all) await room.tell(incident, 'opened');
    expect((await contents()).length).toBe(20);
    for (let minute = 0; minute < 60; minute++) {
      room.now += 60_000;
      await room.notify.drain();
    }
    // It came and went while nobody could be told; this one is told as it ended.
    await room.tell(over(all[3]!), 'resolved');
    asked = (await room.rows()).filter(row => row.route_id === routeId).reduce((sum, row) => sum + row.attempts, 0);
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(30);
    mailTrouble = undefined;
    room.now += 15 * 60_000;
    await room.notify.drain();
    expect(mails.map(({ tale }) => tale.kind === 'incident' && `${tale.incident.subject} ${tale.news}`).sort()).toEqual(
      all.map(({ subject }, i) => `${subject} ${i === 3 ? 'resolved' : 'opened'}`).sort(),
    );
    expect(new Set(await states())).toEqual(new Set(['sent']));
  });

  it('gives a mail up after three days, says so, and tries again when somebody asks', async () => {
    await room.call('route.create', mailRoute);
    mailTrouble = new Error('550 no such mailbox');
    await room.tell(anIncident(), 'opened');
    room.now += 3 * 86_400_000 - 1;
    await room.notify.drain();
    const failing = async () => (await room.call('delivery.list', { state: 'waiting' })).deliveries;
    expect(await failing()).toMatchObject([{ attempts: 2, error: '550 no such mailbox' }]);
    room.now += 15 * 60_000;
    await room.notify.drain();
    const [failed] = (await room.call('delivery.list', { state: 'failed' })).deliveries;
    expect(failed).toMatchObject({ routeName: 'Mail', subject: '[NE] Silent probe: vm-1', nextAt: null });
    expect(room.lines).toContainEqual(expect.stringContaining('ERROR [INCIDENT] Given up'));
    expect(await room.notify.counts()).toEqual({ waiting: 0, failed: 1 });
    mailTrouble = undefined;
    await room.call('delivery.retry', { deliveryId: failed!.deliveryId });
    await room.notify.drain();
    expect(mails.map(({ deliveryId }) => deliveryId)).toEqual([failed!.deliveryId]);
    expect(await room.notify.counts()).toEqual({ waiting: 0, failed: 0 });
    // What was sent stays sent.
    await room.call('delivery.retry', { deliveryId: failed!.deliveryId });
    await room.notify.drain();
    expect(mails.length).toBe(1);
  });

  it('tells one route of one site, another of a group, another of what is urgent', async () => {
    const route = async (name: string, fields: object) =>
      (await room.call('route.create', { ...mailRoute, name, ...fields })).route.routeId;
    const names = new Map([
      [await route('one site', { siteIds: ['s1'] }), 'one site'],
      [await route('group', { groups: ['West'] }), 'group'],
      [await route('either', { siteIds: ['s1'], groups: ['West'] }), 'either'],
      [await route('urgent', { atLeast: 'critical' }), 'urgent'],
      [await route('off', { on: false }), 'off'],
    ]);
    const hears = async (fields: Parameters<typeof anIncident>[0]) => {
      mails.length = 0;
      await room.tell(anIncident({ incidentId: `i${room.now++}`, ...fields }), 'opened');
      return mails.map(errand => names.get(errand.route.row.route_id)).sort();
    };
    expect(await hears({})).toEqual(['either', 'one site', 'urgent']);
    expect(await hears({ siteId: 's2', severity: 'warning' })).toEqual(['either', 'group']);
    expect(await hears({ siteId: 'unknown', severity: 'info' })).toEqual([]);
    await expect(room.call('route.create', { ...mailRoute, siteIds: ['nowhere'] })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('tells each route of a storm at its own sites, once, and again when it is over', async () => {
    await room.call('route.create', { ...mailRoute, groups: ['West'] });
    const site = (siteId: string, code: string, incidents: number) => ({
      siteId,
      code,
      name: code,
      incidents,
      severity: 'critical' as const,
    });
    const storm = {
      stormId: 'st1',
      beganAt: room.now,
      endedAt: null,
      severity: 'critical' as const,
      incidents: 30,
      sites: [site('s1', 'NE', 20), site('s2', 'KC', 10)],
    };
    await room.storm(storm);
    expect(await contents()).toEqual([expect.stringContaining('Avalanche : 30 incidents sur 2 sites.')]);
    expect(mails.map(({ tale }) => tale)).toEqual([{ kind: 'storm', storm: { ...storm, incidents: 10, sites: [storm.sites[1]] } }]);
    await room.storm({ ...storm, endedAt: room.now + 60_000, incidents: 50 });
    expect(await contents()).toEqual([expect.stringContaining('Fin de l’avalanche')]);
  });

  it('gives up what waits for a route that is removed or turned off', async () => {
    const { routeId } = (await room.call('route.create', mailRoute)).route;
    mailTrouble = new Error('not now');
    await room.tell(anIncident(), 'opened');
    await room.call('route.update', { routeId, on: false });
    await room.call('route.update', { routeId, on: true });
    await room.tell(anIncident({ incidentId: 'i2' }), 'opened');
    await room.call('route.remove', { routeId });
    mailTrouble = undefined;
    room.now += 60_000;
    await room.notify.drain();
    expect(mails).toEqual([]);
    const { deliveries } = await room.call('delivery.list', { routeId });
    expect(deliveries.map(({ state, error, routeName }) => [state, error, routeName])).toEqual([
      ['failed', 'the route was removed', 'Mail'],
      ['failed', 'the route was turned off', 'Mail'],
    ]);
    expect((await room.call('route.list', {})).routes.map(({ name }) => name)).toEqual(['#supervision']);
  });

  it('says what became of a test, and does not try it again', async () => {
    const { routeId } = (await room.call('route.create', mailRoute)).route;
    const told = room.changed();
    expect((await room.call('route.test', { routeId })).delivery).toMatchObject({ state: 'sent', what: 'test', attempts: 1 });
    await told;
    mailTrouble = new Unreachable('connect ECONNREFUSED');
    expect((await room.call('route.test', { routeId })).delivery).toMatchObject({ state: 'failed', error: 'connect ECONNREFUSED' });
    mailTrouble = undefined;
    room.now += 3_600_000;
    await room.notify.drain();
    expect(mails.length).toBe(1);
    expect((await room.call('route.list', {})).routes.find(route => route.routeId === routeId)!.last).toMatchObject({ state: 'failed' });
  });

  it('forgets what ended a month ago, and nothing that is still to be told', async () => {
    await room.tell(anIncident(), 'opened');
    channelTrouble = 'before';
    await room.tell(anIncident({ incidentId: 'i2' }), 'opened');
    await room.notify.forget();
    expect((await room.rows()).length).toBe(2);
    room.now += 30 * 86_400_000 + 1;
    await room.notify.forget();
    expect(await room.rows()).toMatchObject([{ state: 'waiting', incident_id: 'i2' }]);
  });
});
