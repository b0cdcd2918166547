import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { StoreDialect } from '../dialect.ts';

/** Sites, probes, reports, devices, series; incidents, the outbox; cards of messages. */
export function sites(dialect: StoreDialect): Migration {
  const { int64, float64 } = dialect;
  return {
    async up({ schema }: Kysely<unknown>) {
      await schema.alterTable('message').addColumn('card', 'text').execute();

      await schema
        .createTable('site')
        .addColumn('site_id', 'text', c => c.primaryKey())
        .addColumn('code', 'text', c => c.notNull().unique())
        .addColumn('name', 'text', c => c.notNull())
        .addColumn('policy', 'text', c => c.notNull())
        .addColumn('state', 'text', c => c.notNull())
        .addColumn('why', 'text', c => c.notNull())
        .addColumn('since', int64, c => c.notNull())
        .addColumn('devices_up', 'integer', c => c.notNull())
        .addColumn('devices_known', 'integer', c => c.notNull())
        .addColumn('wan_median_ms', float64)
        .addColumn('wan_loss', float64)
        .addColumn('last_contact_at', int64)
        .addColumn('last_report_at', int64)
        .addColumn('last_report_id', 'text')
        .addColumn('created_at', int64, c => c.notNull())
        .execute();

      await schema
        .createTable('probe')
        .addColumn('probe_id', 'text', c => c.primaryKey())
        .addColumn('site_id', 'text', c => c.notNull())
        .addColumn('public_key', 'text', c => c.notNull())
        .addColumn('name', 'text', c => c.notNull())
        .addColumn('version', 'text', c => c.notNull())
        .addColumn('networks', 'text', c => c.notNull())
        .addColumn('address', 'text', c => c.notNull())
        .addColumn('enrolled_at', int64, c => c.notNull())
        .addColumn('last_contact_at', int64)
        .addColumn('revoked_at', int64)
        .addColumn('policy_version', 'integer')
        .addColumn('spool_depth', 'integer', c => c.notNull())
        .addColumn('clock_skew_ms', int64)
        .execute();
      await schema.createIndex('probe_site').on('probe').column('site_id').execute();

      await schema
        .createTable('enrolment')
        .addColumn('code_hash', 'text', c => c.primaryKey())
        .addColumn('site_id', 'text', c => c.notNull())
        .addColumn('created_at', int64, c => c.notNull())
        .addColumn('expires_at', int64, c => c.notNull())
        .addColumn('used_at', int64)
        .execute();

      await schema
        .createTable('report')
        .addColumn('report_id', 'text', c => c.primaryKey())
        .addColumn('site_id', 'text', c => c.notNull())
        .addColumn('probe_id', 'text', c => c.notNull())
        .addColumn('scanner', 'text', c => c.notNull())
        .addColumn('version', 'text', c => c.notNull())
        .addColumn('started_at', int64, c => c.notNull())
        .addColumn('finished_at', int64, c => c.notNull())
        .addColumn('received_at', int64, c => c.notNull())
        .addColumn('hosts_up', 'integer', c => c.notNull())
        .addColumn('open_ports', 'integer', c => c.notNull())
        .addColumn('late', 'integer', c => c.notNull())
        .addColumn('body', 'text', c => c.notNull())
        .execute();
      await schema.createIndex('report_site').on('report').columns(['site_id', 'finished_at']).execute();

      await schema
        .createTable('device')
        .addColumn('device_id', 'text', c => c.primaryKey())
        .addColumn('site_id', 'text', c => c.notNull())
        .addColumn('identity', 'text', c => c.notNull())
        .addColumn('address', 'text', c => c.notNull())
        .addColumn('hostname', 'text')
        .addColumn('mac', 'text')
        .addColumn('vendor', 'text')
        .addColumn('os', 'text')
        .addColumn('status', 'text', c => c.notNull())
        .addColumn('rtt_ms', float64)
        .addColumn('first_seen_at', int64, c => c.notNull())
        .addColumn('last_seen_at', int64, c => c.notNull())
        .addUniqueConstraint('device_identity', ['site_id', 'identity'])
        .execute();

      await schema
        .createTable('device_port')
        .addColumn('device_id', 'text', c => c.notNull())
        .addColumn('protocol', 'text', c => c.notNull())
        .addColumn('port', 'integer', c => c.notNull())
        .addColumn('state', 'text', c => c.notNull())
        .addColumn('service', 'text')
        .addColumn('product', 'text')
        .addColumn('version', 'text')
        .addColumn('first_seen_at', int64, c => c.notNull())
        .addColumn('last_seen_at', int64, c => c.notNull())
        .addPrimaryKeyConstraint('device_port_pk', ['device_id', 'protocol', 'port'])
        .execute();

      await schema
        .createTable('wan_sample')
        .addColumn('site_id', 'text', c => c.notNull())
        .addColumn('at', int64, c => c.notNull())
        .addColumn('target', 'text', c => c.notNull())
        .addColumn('median_ms', float64)
        .addColumn('loss', float64, c => c.notNull())
        .addPrimaryKeyConstraint('wan_sample_pk', ['site_id', 'at', 'target'])
        .execute();

      await schema
        .createTable('incident')
        .addColumn('incident_id', 'text', c => c.primaryKey())
        .addColumn('site_id', 'text', c => c.notNull())
        .addColumn('rule', 'text', c => c.notNull())
        .addColumn('subject_id', 'text', c => c.notNull())
        .addColumn('subject', 'text', c => c.notNull())
        .addColumn('state', 'text', c => c.notNull())
        // Unique while open: two nodes cannot open the same incident twice. Null once it is resolved.
        .addColumn('open_key', 'text', c => c.unique())
        .addColumn('opened_at', int64, c => c.notNull())
        .addColumn('acknowledged_at', int64)
        .addColumn('acknowledged_by', 'text')
        .addColumn('resolved_at', int64)
        .addColumn('detail', 'text', c => c.notNull())
        .execute();
      await schema.createIndex('incident_site').on('incident').columns(['site_id', 'opened_at']).execute();

      await schema
        .createTable('outbox')
        .addColumn('outbox_id', 'text', c => c.primaryKey())
        .addColumn('incident_id', 'text', c => c.notNull())
        .addColumn('created_at', int64, c => c.notNull())
        .addColumn('done_at', int64)
        .addColumn('attempts', 'integer', c => c.notNull())
        .addColumn('last_error', 'text')
        .execute();
      await schema.createIndex('outbox_waiting').on('outbox').columns(['done_at', 'created_at']).execute();
    },
  };
}
