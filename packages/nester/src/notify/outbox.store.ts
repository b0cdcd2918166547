import type { CompiledQuery, Kysely } from 'kysely';
import type { OutboxTable, Tables } from '../store/schema.ts';

/** What is still to be told, oldest first. */
export async function waitingRows(db: Kysely<Tables>, limit: number): Promise<OutboxTable[]> {
  return await db
    .selectFrom('outbox')
    .selectAll()
    .where('done_at', 'is', null)
    .orderBy('created_at')
    .orderBy('outbox_id')
    .limit(limit)
    .execute();
}

export function doneQuery(db: Kysely<Tables>, outboxIds: readonly string[], at: number): CompiledQuery {
  return db.updateTable('outbox').set({ done_at: at, last_error: null }).where('outbox_id', 'in', outboxIds).compile();
}

export function failedQuery(db: Kysely<Tables>, outboxIds: readonly string[], reason: string): CompiledQuery {
  return db
    .updateTable('outbox')
    .set(eb => ({ attempts: eb('attempts', '+', 1), last_error: reason }))
    .where('outbox_id', 'in', outboxIds)
    .compile();
}

/** Forgets what was told before `before`. */
export function forgetQuery(db: Kysely<Tables>, before: number): CompiledQuery {
  return db.deleteFrom('outbox').where('done_at', '<', before).compile();
}
