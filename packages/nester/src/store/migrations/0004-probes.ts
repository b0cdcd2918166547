import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Which machine works with a probe's key, which other one came with it; whose fault a WAN sample shows; sweeps apart from whole scans. */
export function probes(): Migration {
  return {
    async up({ schema }: Kysely<unknown>) {
      await schema.alterTable('probe').addColumn('machine', 'text').execute();
      await schema.alterTable('probe').addColumn('clone', 'text').execute();
      await schema.alterTable('probe').addColumn('separation', 'text').execute();
      await schema.alterTable('wan_sample').addColumn('role', 'text').execute();
      await schema
        .alterTable('report')
        .addColumn('kind', 'text', c => c.notNull().defaultTo('full'))
        .execute();
      await schema.createIndex('report_kind').on('report').columns(['site_id', 'kind', 'finished_at']).execute();
    },
  };
}
