import type { LoggedEventName } from '@aerie/contract';
import type { CompiledQuery, Kysely } from 'kysely';
import { compiledOnce, prepared } from './prepared.ts';
import type { Tables } from './schema.ts';
import type { Topic } from './unit.ts';

export interface LogHead {
  epoch: string;
  seq: number;
  floor: number;
}

/** An event as the log keeps it. */
export interface LoggedEvent {
  seq: number;
  name: LoggedEventName;
  topic: Topic;
  ids: Record<string, string>;
}

export async function readHead(db: Kysely<Tables>): Promise<LogHead> {
  const [head] = await theHead(db, {});
  if (!head) throw new Error('the log has no head: the store is not whole');
  return head;
}

const theHead = prepared<Record<never, never>, LogHead>(db =>
  db.selectFrom('log_head').select(['epoch', 'seq', 'floor']).where('id', '=', 1),
);

/** Takes that many seqs, under the lock of the log's one row; answers the last of them. */
export const takeSeqs = compiledOnce<{ count: number }, Pick<LogHead, 'seq'>>((db, value) =>
  db
    .updateTable('log_head')
    .set(eb => ({ seq: eb('seq', '+', value('count')) }))
    .where('id', '=', 1)
    .returning('seq'),
);

/**
 * What a room's events look like now: bodies by seq. An event whose subject is gone, or may not be seen any more, is left out.
 */
export type Replay = (db: Kysely<Tables>, missed: readonly LoggedEvent[]) => Promise<ReadonlyMap<number, Record<string, unknown>>>;

/** Up to `limit` events after `after` that stand under one of `topics`, in order of seq. */
export async function readEvents(db: Kysely<Tables>, after: number, topics: readonly Topic[], limit: number): Promise<LoggedEvent[]> {
  const rows = await db
    .selectFrom('event')
    .select(['seq', 'name', 'topic', 'ids'])
    .where('seq', '>', after)
    .where(eb => eb.or([eb('topic', 'in', topics), eb('also_topic', 'in', topics)]))
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(row => ({ seq: row.seq, name: row.name as LoggedEventName, topic: row.topic as Topic, ids: JSON.parse(row.ids) }));
}

/** The oldest events that the log still has, by seq. */
export async function oldestEvents(db: Kysely<Tables>, limit: number): Promise<{ seq: number; at: number }[]> {
  return await db.selectFrom('event').select(['seq', 'at']).orderBy('seq').limit(limit).execute();
}

/** Forgets the events up to `seq`: from then on a resume begins after it, or with a snapshot. */
export function pruneQueries(db: Kysely<Tables>, seq: number): CompiledQuery[] {
  return [
    db.updateTable('log_head').set({ floor: seq }).where('id', '=', 1).where('floor', '<', seq).compile(),
    db.deleteFrom('event').where('seq', '<=', seq).compile(),
  ];
}
