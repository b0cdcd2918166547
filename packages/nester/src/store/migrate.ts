import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { StoreDialect } from './dialect.ts';
import { foundation } from './migrations/0001-foundation.ts';
import { sites } from './migrations/0002-sites.ts';
import { classcord } from './migrations/0003-classcord.ts';
import { probes } from './migrations/0004-probes.ts';
import { diagnostics } from './migrations/0005-diagnostics.ts';
import { nonces } from './migrations/0006-nonces.ts';
import { centre } from './migrations/0007-centre.ts';
import type { Tables } from './schema.ts';

const steps: Record<string, (dialect: StoreDialect) => Migration> = {
  '0001-foundation': foundation,
  '0002-sites': sites,
  '0003-classcord': classcord,
  '0004-probes': probes,
  '0005-diagnostics': diagnostics,
  '0006-nonces': nonces,
  '0007-centre': centre,
};
/** The steps that this program knows, in their order. A database lists those that it has gone through as `kysely_migration`. */
export const migrationNames = Object.keys(steps);

/** Brings the database to the newest shape; what runs already is left alone. Throws with the name of the migration that failed. */
export async function migrate(db: Kysely<Tables>, dialect: StoreDialect): Promise<void> {
  const migrations = Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, step(dialect)]));
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error) {
    const failed = results?.find(result => result.status === 'Error')?.migrationName ?? 'unknown';
    throw new Error(`migration ${failed} failed: ${(error as Error).message}`, { cause: error });
  }
}
