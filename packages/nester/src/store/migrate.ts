import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { StoreDialect } from './dialect.ts';
import { foundation } from './migrations/0001-foundation.ts';
import { sites } from './migrations/0002-sites.ts';
import { classcord } from './migrations/0003-classcord.ts';
import { probes } from './migrations/0004-probes.ts';
import { diagnostics } from './migrations/0005-diagnostics.ts';
import { nonces } from './migrations/0006-nonces.ts';
import type { Tables } from './schema.ts';

/** Brings the database to the newest shape; what runs already is left alone. Throws with the name of the migration that failed. */
export async function migrate(db: Kysely<Tables>, dialect: StoreDialect): Promise<void> {
  const migrations: Record<string, Migration> = {
    '0001-foundation': foundation(dialect),
    '0002-sites': sites(dialect),
    '0003-classcord': classcord(dialect),
    '0004-probes': probes(),
    '0005-diagnostics': diagnostics(dialect),
    '0006-nonces': nonces(),
  };
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error) {
    const failed = results?.find(result => result.status === 'Error')?.migrationName ?? 'unknown';
    throw new Error(`migration ${failed} failed: ${(error as Error).message}`, { cause: error });
  }
}
