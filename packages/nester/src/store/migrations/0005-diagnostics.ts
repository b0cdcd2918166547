import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { StoreDialect } from '../dialect.ts';

/** What probes were asked to look at by hand, by whom, and what came of it. */
export function diagnostics(dialect: StoreDialect): Migration {
  const { int64 } = dialect;
  return {
    async up({ schema }: Kysely<unknown>) {
      await schema
        .createTable('diagnostic')
        .addColumn('diagnostic_id', 'text', c => c.primaryKey())
        .addColumn('site_id', 'text', c => c.notNull())
        .addColumn('probe_id', 'text', c => c.notNull())
        .addColumn('asked_by', 'text', c => c.notNull())
        .addColumn('asked_by_id', 'text')
        .addColumn('channel_id', 'text')
        .addColumn('language', 'text', c => c.notNull())
        .addColumn('request', 'text', c => c.notNull())
        .addColumn('state', 'text', c => c.notNull())
        .addColumn('lines', 'text', c => c.notNull())
        .addColumn('summary', 'text')
        .addColumn('started_at', int64, c => c.notNull())
        .addColumn('ended_at', int64)
        .execute();
      await schema.createIndex('diagnostic_site').on('diagnostic').columns(['site_id', 'started_at']).execute();
      await schema.createIndex('diagnostic_ended').on('diagnostic').column('ended_at').execute();
    },
  };
}
