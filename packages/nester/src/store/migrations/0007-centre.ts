import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { StoreDialect } from '../dialect.ts';
import { firstRouteId } from '../first-route.ts';
import type { DeliveryTable, RouteTable } from '../schema.ts';

/** The whole centre: devices with a history, more rules of incidents, maintenance, routes, dropped files, rollups, tokens. */
export function centre(dialect: StoreDialect): Migration {
  const { int64, float64 } = dialect;
  return {
    async up(db: Kysely<unknown>) {
      const { schema } = db;
      await schema
        .alterTable('site')
        .addColumn('group_name', 'text', c => c.notNull().defaultTo(''))
        .execute();
      await schema
        .alterTable('site')
        .addColumn('zone', 'text', c => c.notNull().defaultTo('UTC'))
        .execute();
      await schema.alterTable('site').addColumn('latitude', float64).execute();
      await schema.alterTable('site').addColumn('longitude', float64).execute();
      await schema.alterTable('site').addColumn('channel_id', 'text').execute();
      await schema.alterTable('site').addColumn('last_file_at', int64).execute();
      await schema
        .alterTable('site')
        .addColumn('rules', 'text', c => c.notNull().defaultTo('{}'))
        .execute();

      await schema.alterTable('report').addColumn('file', 'text').execute();
      await schema.alterTable('report').addColumn('shape', 'text').execute();
      await schema.alterTable('report').addColumn('raw', 'text').execute();
      await schema.alterTable('report').addColumn('packed', dialect.blob).execute();

      await schema.alterTable('device').addColumn('label', 'text').execute();
      await schema
        .alterTable('device')
        .addColumn('notes', 'text', c => c.notNull().defaultTo(''))
        .execute();
      await schema
        .alterTable('device')
        .addColumn('random_mac', 'integer', c => c.notNull().defaultTo(0))
        .execute();
      await schema.alterTable('device').addColumn('os_accuracy', 'integer').execute();
      await schema
        .alterTable('device')
        .addColumn('confidence', float64, c => c.notNull().defaultTo(1))
        .execute();
      await schema.alterTable('device').addColumn('deep_at', int64).execute();
      await schema.alterTable('device').addColumn('scanned_ports', 'text').execute();
      await schema.alterTable('device').addColumn('merged_into', 'text').execute();
      await schema.alterTable('device').addColumn('merged_at', int64).execute();
      await schema.alterTable('device').addColumn('merge_detail', 'text').execute();
      // Where a device is does not make it itself any more: two may change places within one report.
      await sql`update device set identity = 'device:' || device_id where identity like 'address:%'`.execute(db);
      await schema.alterTable('device_port').addColumn('tls', 'text').execute();
      await schema.alterTable('device_port').addColumn('title', 'text').execute();

      await schema
        .createTable('device_change')
        .addColumn('change_id', 'text', c => c.primaryKey())
        .addColumn('device_id', 'text', c => c.notNull())
        .addColumn('site_id', 'text', c => c.notNull())
        .addColumn('at', int64, c => c.notNull())
        .addColumn('kind', 'text', c => c.notNull())
        .addColumn('port', 'integer')
        .addColumn('protocol', 'text')
        .addColumn('before', 'text')
        .addColumn('after', 'text')
        .addColumn('by_name', 'text')
        .execute();
      await schema.createIndex('device_change_device').on('device_change').columns(['device_id', 'at']).execute();
      await schema.createIndex('device_change_at').on('device_change').column('at').execute();

      await schema.alterTable('wan_sample').addColumn('min_ms', float64).execute();
      await schema.alterTable('wan_sample').addColumn('max_ms', float64).execute();
      await schema
        .createTable('wan_rollup')
        .addColumn('site_id', 'text', c => c.notNull())
        .addColumn('step_ms', int64, c => c.notNull())
        .addColumn('at', int64, c => c.notNull())
        .addColumn('target', 'text', c => c.notNull())
        .addColumn('role', 'text', c => c.notNull())
        .addColumn('samples', 'integer', c => c.notNull())
        .addColumn('median_ms', float64)
        .addColumn('min_ms', float64)
        .addColumn('max_ms', float64)
        .addColumn('loss', float64, c => c.notNull())
        .addPrimaryKeyConstraint('wan_rollup_pk', ['site_id', 'step_ms', 'at', 'target'])
        .execute();

      for (const column of ['severity', 'assignee_id', 'assignee', 'resolved_by', 'parent_id', 'quiet'] as const)
        await schema
          .alterTable('incident')
          .addColumn(column, 'text', c => (column === 'severity' ? c.notNull().defaultTo('critical') : c))
          .execute();
      await schema.alterTable('incident').addColumn('snoozed_until', int64).execute();
      await schema.alterTable('incident').addColumn('paused_until', int64).execute();
      await schema
        .alterTable('incident')
        .addColumn('firings', 'integer', c => c.notNull().defaultTo(1))
        .execute();
      await schema
        .alterTable('incident')
        .addColumn('folded', 'integer', c => c.notNull().defaultTo(0))
        .execute();
      await schema.alterTable('incident').addColumn('told_at', int64).execute();
      await schema.alterTable('incident').addColumn('reminded_at', int64).execute();
      await schema.createIndex('incident_opened').on('incident').column('opened_at').execute();
      await schema.createIndex('incident_parent').on('incident').column('parent_id').execute();

      await schema
        .createTable('incident_step')
        .addColumn('step_id', 'text', c => c.primaryKey())
        .addColumn('incident_id', 'text', c => c.notNull())
        .addColumn('at', int64, c => c.notNull())
        .addColumn('kind', 'text', c => c.notNull())
        .addColumn('by_name', 'text')
        .addColumn('body', 'text')
        .execute();
      await schema.createIndex('incident_step_incident').on('incident_step').columns(['incident_id', 'at']).execute();

      await schema
        .createTable('symptom')
        .addColumn('site_id', 'text', c => c.notNull())
        .addColumn('rule', 'text', c => c.notNull())
        .addColumn('subject_id', 'text', c => c.notNull())
        .addColumn('item', 'text', c => c.notNull())
        .addColumn('subject', 'text', c => c.notNull())
        .addColumn('state', 'text', c => c.notNull())
        .addColumn('since', int64, c => c.notNull())
        .addColumn('over_since', int64)
        .addColumn('detail', 'text', c => c.notNull())
        .addPrimaryKeyConstraint('symptom_pk', ['site_id', 'rule', 'subject_id', 'item'])
        .execute();

      await schema
        .createTable('storm')
        .addColumn('storm_id', 'text', c => c.primaryKey())
        .addColumn('began_at', int64, c => c.notNull())
        .addColumn('ended_at', int64)
        .execute();

      await schema
        .createTable('maintenance')
        .addColumn('maintenance_id', 'text', c => c.primaryKey())
        .addColumn('title', 'text', c => c.notNull())
        .addColumn('site_ids', 'text')
        .addColumn('times', 'text', c => c.notNull())
        .addColumn('created_by', 'text', c => c.notNull())
        .addColumn('created_at', int64, c => c.notNull())
        .addColumn('ended_at', int64)
        .execute();

      await schema
        .createTable('route')
        .addColumn('route_id', 'text', c => c.primaryKey())
        .addColumn('name', 'text', c => c.notNull())
        .addColumn('is_on', 'integer', c => c.notNull())
        .addColumn('target', 'text', c => c.notNull())
        .addColumn('site_ids', 'text')
        .addColumn('groups', 'text')
        .addColumn('at_least', 'text', c => c.notNull())
        .addColumn('language', 'text', c => c.notNull())
        .addColumn('secret', 'text')
        .addColumn('created_at', int64, c => c.notNull())
        .addColumn('removed_at', int64)
        .execute();

      await schema
        .createTable('delivery')
        .addColumn('delivery_id', 'text', c => c.primaryKey())
        .addColumn('route_id', 'text', c => c.notNull())
        .addColumn('incident_id', 'text')
        // What one message follows: `incident:ID`, `storm:ID`.
        .addColumn('thread', 'text', c => c.notNull())
        .addColumn('what', 'text', c => c.notNull())
        .addColumn('subject', 'text', c => c.notNull())
        .addColumn('body', 'text', c => c.notNull())
        .addColumn('state', 'text', c => c.notNull())
        .addColumn('attempts', 'integer', c => c.notNull())
        .addColumn('created_at', int64, c => c.notNull())
        .addColumn('next_at', int64)
        .addColumn('done_at', int64)
        .addColumn('last_error', 'text')
        .execute();
      await schema.createIndex('delivery_due').on('delivery').columns(['state', 'next_at']).execute();
      await schema.createIndex('delivery_thread').on('delivery').columns(['route_id', 'thread', 'state']).execute();
      await schema.createIndex('delivery_route').on('delivery').columns(['route_id', 'delivery_id']).execute();
      await schema.createIndex('delivery_incident').on('delivery').column('incident_id').execute();
      await schema.createIndex('delivery_created').on('delivery').column('created_at').execute();
      await moveOutbox(db as Kysely<Before>);
      await schema.dropTable('outbox').execute();

      await schema
        .createTable('setting')
        .addColumn('name', 'text', c => c.primaryKey())
        .addColumn('value', 'text', c => c.notNull())
        .execute();

      await schema
        .createTable('intake')
        .addColumn('intake_id', 'text', c => c.primaryKey())
        .addColumn('name', 'text', c => c.notNull())
        .addColumn('digest', 'text', c => c.notNull())
        .addColumn('bytes', int64, c => c.notNull())
        .addColumn('at', int64, c => c.notNull())
        .addColumn('state', 'text', c => c.notNull())
        .addColumn('shape', 'text')
        .addColumn('reason', 'text')
        .addColumn('site_id', 'text')
        .addColumn('site_code', 'text')
        .addColumn('hint', 'text')
        .addColumn('report_ids', 'text', c => c.notNull())
        .addColumn('hosts', 'integer')
        .addColumn('made_at', int64)
        .addColumn('doubles', 'integer', c => c.notNull().defaultTo(0))
        // Where it lies, below the data folder: a name that we gave it.
        .addColumn('place', 'text')
        .execute();
      await schema.createIndex('intake_state').on('intake').columns(['state', 'at']).execute();
      await schema.createIndex('intake_digest').on('intake').column('digest').execute();

      await schema
        .createTable('site_alias')
        .addColumn('alias', 'text', c => c.primaryKey())
        .addColumn('site_id', 'text', c => c.notNull())
        .execute();

      await schema
        .createTable('api_token')
        .addColumn('token_id', 'text', c => c.primaryKey())
        .addColumn('name', 'text', c => c.notNull())
        .addColumn('token_hash', 'text', c => c.notNull().unique())
        .addColumn('scopes', 'text', c => c.notNull())
        .addColumn('created_by', 'text', c => c.notNull())
        .addColumn('created_at', int64, c => c.notNull())
        .addColumn('expires_at', int64)
        .addColumn('used_at', int64)
        .addColumn('revoked_at', int64)
        .execute();
    },
  };
}

/** The tables of this moment: what came before, and what they move to. */
interface Before {
  outbox: { outbox_id: string; incident_id: string; created_at: number; done_at: number | null; attempts: number };
  incident: { incident_id: string; subject: string; state: string };
  route: Omit<RouteTable, 'removed_at'>;
  delivery: DeliveryTable;
}

/** What waits to be told becomes deliveries of the first route; one for each incident, since only its latest state is told. */
async function moveOutbox(db: Kysely<Before>): Promise<void> {
  const target = JSON.stringify({ kind: 'channel', channelId: null });
  const all = { site_ids: null, groups: null, at_least: 'info', secret: null } as const;
  await db
    .insertInto('route')
    .values({ route_id: firstRouteId, name: '#supervision', is_on: 1, target, ...all, language: 'fr', created_at: Date.now() })
    .execute();
  const waiting = await db
    .selectFrom('outbox')
    .innerJoin('incident', 'incident.incident_id', 'outbox.incident_id')
    .select(['outbox_id', 'outbox.incident_id', 'created_at', 'subject', 'state'])
    .where('done_at', 'is', null)
    .orderBy('created_at')
    .execute();
  const latest = new Map(waiting.map(row => [row.incident_id, row]));
  for (const { outbox_id, incident_id, created_at, subject, state } of latest.values())
    await db
      .insertInto('delivery')
      .values({
        delivery_id: outbox_id,
        route_id: firstRouteId,
        incident_id,
        thread: `incident:${incident_id}`,
        what: state === 'open' ? 'opened' : state === 'resolved' ? 'resolved' : 'updated',
        subject,
        body: '{}',
        state: 'waiting',
        attempts: 0,
        created_at,
        next_at: created_at,
        done_at: null,
        last_error: null,
      })
      .execute();
}
