import { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { postgresDialect, sqliteDialect } from '../src/store/dialect.ts';
import { foundation } from '../src/store/migrations/0001-foundation.ts';
import { sites } from '../src/store/migrations/0002-sites.ts';
import { classcord } from '../src/store/migrations/0003-classcord.ts';
import { probes } from '../src/store/migrations/0004-probes.ts';
import { diagnostics } from '../src/store/migrations/0005-diagnostics.ts';
import type { TestDatabase } from './databases.ts';

/**
 * Makes the tables of the version before the whole centre, to be filled as that one filled them. Close it before a room is
 * opened on the same database.
 * @param database one without tables
 */
export async function openOlderStore<T>(database: TestDatabase): Promise<Kysely<T>> {
  const dialect = database.databaseUrl ? await postgresDialect(database.databaseUrl) : sqliteDialect(`${database.folder}/nester.db`);
  const db = new Kysely<T>({ dialect: dialect.connect('write') });
  const migrations: Record<string, Migration> = {
    '0001-foundation': foundation(dialect),
    '0002-sites': sites(dialect),
    '0003-classcord': classcord(dialect),
    '0004-probes': probes(),
    '0005-diagnostics': diagnostics(dialect),
  };
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
  if (error) throw error;
  return db;
}
