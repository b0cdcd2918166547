import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { StoreDialect } from './dialect.ts';
import { foundation } from './migrations/0001-foundation.ts';
import { sites } from './migrations/0002-sites.ts';
import { classcord } from './migrations/0003-classcord.ts';
import { probes } from './migrations/0004-probes.ts';
import { diagnostics } from './migrations/0005-diagnostics.ts';
import { nonces } from './migrations/0006-nonces.ts';
import { centre } from './migrations/0007-centre.ts';
import { messages } from './migrations/0008-messages.ts';
import type { Tables } from './schema.ts';

const steps: Record<string, (dialect: StoreDialect) => Migration> = {
  '0001-foundation': foundation,
  '0002-sites': sites,
  '0003-classcord': classcord,
  '0004-probes': probes,
  '0005-diagnostics': diagnostics,
  '0006-nonces': nonces,
  '0007-centre': centre,
  '0008-messages': messages,
};
/** The steps that this program knows, in their order. A database lists those that it has gone through as `kysely_migration`. */
export const migrationNames = Object.keys(steps);

/**
 * Brings the database to the newest shape; what runs already is left alone. Throws with the name of the migration that failed.
 * @param upTo the last step to take; a test puts into an older shape what it then sees migrated
 */
export async function migrate(db: Kysely<Tables>, dialect: StoreDialect, upTo: string = migrationNames.at(-1)!): Promise<void> {
  const migrations = Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, step(dialect)]));
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateTo(upTo);
  if (error) {
    const unknown = await unknownSteps(db);
    if (unknown.length > 0)
      throw new Error(
        `the database was used by a newer Aerie (${unknown.join(', ')}), and this version cannot read it. Run that version, or restore a backup of before: docs/operations/en/upgrade.md`,
        { cause: error },
      );
    const failed = results?.find(result => result.status === 'Error')?.migrationName ?? 'unknown';
    throw new Error(`migration ${failed} failed: ${(error as Error).message}`, { cause: error });
  }
}

/** The steps that a database has gone through and this program does not know. */
async function unknownSteps(db: Kysely<Tables>): Promise<string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
    return rows.map(({ name }) => name).filter(name => !migrationNames.includes(name));
  } catch {
    // It has not come as far as that table, or cannot be read at all: then the other error says more.
    return [];
  }
}
