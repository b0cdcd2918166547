import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { anIncident, type NotifyRoom, openNotifyRoom, over } from '../../test/notify-room.ts';
import { openOlderStore } from '../../test/older-store.ts';

/** The tables as they were. */
interface Before {
  incident: Record<string, string | number | null>;
  outbox: Record<string, string | number | null>;
}

onEachDatabase('the outbox of an older version', newDatabase => {
  let database: TestDatabase;
  let room: NotifyRoom;

  beforeEach(async () => {
    database = await newDatabase('without tables');
    const db = await openOlderStore<Before>(database);
    const rest = { acknowledged_at: null, acknowledged_by: null, detail: '{}', opened_at: 1, resolved_at: null };
    for (const [incident_id, state] of [
      ['told', 'open'],
      ['new', 'open'],
      ['ended', 'resolved'],
    ] as const)
      await db
        .insertInto('incident')
        .values({
          ...rest,
          incident_id,
          site_id: 's1',
          rule: 'probe.silent',
          subject_id: incident_id,
          subject: incident_id,
          state,
          open_key: null,
        })
        .execute();
    for (const [outbox_id, incident_id, done_at] of [
      ['o1', 'told', 5],
      ['o2', 'new', null],
      ['o3', 'ended', null],
      ['o4', 'ended', null],
    ] as const)
      await db
        .insertInto('outbox')
        .values({ outbox_id, incident_id, created_at: Number(outbox_id[1]), done_at, attempts: 3, last_error: 'x' })
        .execute();
    await db.destroy();
    room = await openNotifyRoom(database);
  });

  afterEach(async () => {
    await room.close();
    await database.remove();
  });

  it('becomes deliveries of the first route: what waited is told, once, and what was told is not', async () => {
    const deliveries = await room.rows();
    expect(deliveries.map(row => [row.delivery_id, row.route_id, row.incident_id, row.what, row.state])).toEqual([
      ['o2', 'channels', 'new', 'opened', 'waiting'],
      ['o4', 'channels', 'ended', 'resolved', 'waiting'],
    ]);
    room.incidents.set('new', anIncident({ incidentId: 'new' }));
    room.incidents.set('ended', over(anIncident({ incidentId: 'ended' })));
    await room.notify.drain();
    expect((await room.said()).map(({ content }) => content.split(' ')[0])).toEqual(['Incident', 'Résolu']);
    expect((await room.call('route.list', {})).routes).toMatchObject([
      { routeId: 'channels', name: '#supervision', on: true, target: { kind: 'channel', channelId: null }, last: { state: 'sent' } },
    ]);
  });
});
