import type { CompiledQuery, Kysely } from 'kysely';
import type { IncidentTable, StormTable, Tables } from '../store/schema.ts';

/** The storm that was not over when Nester ended. */
export async function lastStorm(db: Kysely<Tables>): Promise<StormTable | undefined> {
  return await db.selectFrom('storm').selectAll().orderBy('began_at', 'desc').limit(1).executeTakeFirst();
}

/** When those began since then that were told, or would have been but for a storm. */
export async function tellableTimes(db: Kysely<Tables>, since: number): Promise<number[]> {
  const rows = await db
    .selectFrom('incident')
    .select('opened_at')
    .where('opened_at', '>', since)
    .where(eb => eb.or([eb('told_at', 'is not', null), eb('quiet', '=', 'storm')]))
    .orderBy('opened_at')
    .execute();
  return rows.map(row => row.opened_at);
}

export function endStormQuery(db: Kysely<Tables>, stormId: string, at: number): CompiledQuery {
  return db.updateTable('storm').set({ ended_at: at }).where('storm_id', '=', stormId).compile();
}

/** What was not told one by one since then. */
export async function storming(db: Kysely<Tables>, since: number): Promise<Pick<IncidentTable, 'site_id' | 'severity' | 'opened_at'>[]> {
  return await db
    .selectFrom('incident')
    .select(['site_id', 'severity', 'opened_at'])
    .where('quiet', '=', 'storm')
    .where('opened_at', '>=', since)
    .orderBy('opened_at')
    .execute();
}
