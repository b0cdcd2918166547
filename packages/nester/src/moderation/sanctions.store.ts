import type { CompiledQuery, Kysely } from 'kysely';
import type { SanctionTable, Tables } from '../store/schema.ts';

/** Those that run at that time, the oldest first. */
export async function runningSanctions(db: Kysely<Tables>, now: number): Promise<SanctionTable[]> {
  return await db
    .selectFrom('sanction')
    .selectAll()
    .where('lifted_at', 'is', null)
    .where('until', '>', now)
    .orderBy('sanction_id')
    .execute();
}

/** Newest first; ids are UUIDv7: their order is that of time. */
export async function sanctionsBefore(
  db: Kysely<Tables>,
  { runningAt, before, limit }: { runningAt: number | undefined; before: string | undefined; limit: number },
): Promise<SanctionTable[]> {
  let query = db.selectFrom('sanction').selectAll().orderBy('sanction_id', 'desc').limit(limit);
  if (runningAt !== undefined) query = query.where('lifted_at', 'is', null).where('until', '>', runningAt);
  if (before !== undefined) query = query.where('sanction_id', '<', before);
  return await query.execute();
}

/** Ends what runs of one kind for an account or a network. It touches no row when nothing does. */
export function liftQuery(
  db: Kysely<Tables>,
  { kind, userId, network }: { kind: SanctionTable['kind']; userId?: string; network?: string },
  at: number,
): CompiledQuery {
  const running = db
    .updateTable('sanction')
    .set({ lifted_at: at })
    .where('kind', '=', kind)
    .where('lifted_at', 'is', null)
    .where('until', '>', at);
  return (userId === undefined ? running.where('network', '=', network as string) : running.where('user_id', '=', userId)).compile();
}
