import type { CompiledQuery, ExpressionBuilder, Kysely } from 'kysely';
import type { DeliveryTable, Tables } from '../store/schema.ts';
import { longestWaitMs } from './deliveries.ts';

/** No wait is as long as the longest: a moment beyond that was written before the clock was set back. */
function isDue(now: number) {
  return (eb: ExpressionBuilder<Tables, 'delivery'>) => eb.or([eb('next_at', '<=', now), eb('next_at', '>', now + longestWaitMs)]);
}

/** Routes by which something is due. */
export async function routesDue(db: Kysely<Tables>, now: number): Promise<string[]> {
  const rows = await db.selectFrom('delivery').select('route_id').distinct().where('state', '=', 'waiting').where(isDue(now)).execute();
  return rows.map(row => row.route_id);
}

/** What is due by a route, by thread, in the order in which it became due. */
export async function threadsDue(db: Kysely<Tables>, routeId: string, now: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('delivery')
    .select('thread')
    .where('route_id', '=', routeId)
    .where('state', '=', 'waiting')
    .where(isDue(now))
    .groupBy('thread')
    .orderBy(({ fn }) => fn.min('next_at'))
    .orderBy(({ fn }) => fn.min('delivery_id'))
    .limit(limit)
    .execute();
  return rows.map(row => row.thread);
}

/** All that waits in a thread of a route, oldest first. */
export async function waitingIn(db: Kysely<Tables>, routeId: string, thread: string): Promise<DeliveryTable[]> {
  return await db
    .selectFrom('delivery')
    .selectAll()
    .where('route_id', '=', routeId)
    .where('thread', '=', thread)
    .where('state', '=', 'waiting')
    .orderBy('created_at')
    .orderBy('delivery_id')
    .execute();
}

/** When the next thing is due by a route; undefined when nothing waits. */
export async function nextDueAt(db: Kysely<Tables>, routeId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('delivery')
    .select(({ fn }) => fn.min('next_at').as('at'))
    .where('route_id', '=', routeId)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  return row?.at ?? undefined;
}

/** @param remark what is to be said of it although it was sent */
export function sentQuery(db: Kysely<Tables>, ids: readonly string[], at: number, remark: string | null): CompiledQuery {
  return db
    .updateTable('delivery')
    .set(eb => ({ state: 'sent', done_at: at, next_at: null, attempts: eb('attempts', '+', 1), last_error: remark }))
    .where('delivery_id', 'in', ids)
    .compile();
}

export function putOffQuery(db: Kysely<Tables>, ids: readonly string[], nextAt: number, reason: string): CompiledQuery {
  return db
    .updateTable('delivery')
    .set(eb => ({ attempts: eb('attempts', '+', 1), next_at: nextAt, last_error: reason }))
    .where('delivery_id', 'in', ids)
    .where('state', '=', 'waiting')
    .compile();
}

export function failedQuery(db: Kysely<Tables>, ids: readonly string[], at: number, reason: string): CompiledQuery {
  return db
    .updateTable('delivery')
    .set(eb => ({ state: 'failed', attempts: eb('attempts', '+', 1), next_at: null, done_at: at, last_error: reason }))
    .where('delivery_id', 'in', ids)
    .where('state', '=', 'waiting')
    .compile();
}

/** Gives up what still waits for a route. */
export function giveUpQuery(db: Kysely<Tables>, routeId: string, at: number, reason: string): CompiledQuery {
  return db
    .updateTable('delivery')
    .set({ state: 'failed', next_at: null, done_at: at, last_error: reason })
    .where('route_id', '=', routeId)
    .where('state', '=', 'waiting')
    .compile();
}

/** Makes a delivery due now. What was sent is not sent again. */
export function retryQuery(db: Kysely<Tables>, deliveryId: string, at: number): CompiledQuery {
  return db
    .updateTable('delivery')
    .set({ state: 'waiting', next_at: at, done_at: null })
    .where('delivery_id', '=', deliveryId)
    .where('state', '!=', 'sent')
    .compile();
}

/** Forgets what ended before `before`. */
export function forgetQuery(db: Kysely<Tables>, before: number): CompiledQuery {
  return db.deleteFrom('delivery').where('done_at', '<', before).compile();
}

export async function deliveryById(db: Kysely<Tables>, deliveryId: string): Promise<DeliveryTable | undefined> {
  return await db.selectFrom('delivery').selectAll().where('delivery_id', '=', deliveryId).executeTakeFirst();
}

/** Newest first. */
export async function deliveryPage(
  db: Kysely<Tables>,
  wanted: {
    routeId?: string | undefined;
    incidentId?: string | undefined;
    state?: DeliveryTable['state'] | undefined;
    before?: number | undefined;
    limit: number;
  },
): Promise<DeliveryTable[]> {
  let query = db.selectFrom('delivery').selectAll().orderBy('created_at', 'desc').orderBy('delivery_id', 'desc').limit(wanted.limit);
  if (wanted.routeId !== undefined) query = query.where('route_id', '=', wanted.routeId);
  if (wanted.incidentId !== undefined) query = query.where('incident_id', '=', wanted.incidentId);
  if (wanted.state !== undefined) query = query.where('state', '=', wanted.state);
  if (wanted.before !== undefined) query = query.where('created_at', '<', wanted.before);
  return await query.execute();
}

/** How many deliveries wait, and how many failed. */
export async function deliveryCounts(db: Kysely<Tables>): Promise<{ waiting: number; failed: number }> {
  const rows = await db
    .selectFrom('delivery')
    .select(['state', ({ fn }) => fn.countAll().as('count')])
    .where('state', 'in', ['waiting', 'failed'])
    .groupBy('state')
    .execute();
  const count = (state: string) => Number(rows.find(row => row.state === state)?.count ?? 0);
  return { waiting: count('waiting'), failed: count('failed') };
}
