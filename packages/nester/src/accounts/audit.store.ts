import { type Kysely, sql } from 'kysely';
import type { AuditTable, Tables } from '../store/schema.ts';

/** Which records of the audit are asked for: older than `before`, between two moments, holding all words. */
export interface AuditQuestion {
  before?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  words: readonly string[];
}

/** Up to `limit` of these records, newest first. Ids are UUIDv7: their order is that of time. */
export async function auditPage(db: Kysely<Tables>, { before, from, to, words }: AuditQuestion, limit: number): Promise<AuditTable[]> {
  let query = db.selectFrom('audit').selectAll().orderBy('audit_id', 'desc').limit(limit);
  if (before !== undefined) query = query.where('audit_id', '<', before);
  if (from !== undefined) query = query.where('at', '>=', from);
  if (to !== undefined) query = query.where('at', '<', to);
  for (const word of words) query = query.where(sql<boolean>`lower(${said}) like ${patternOf(word)} escape '!'`);
  return await query.execute();
}

const said = sql.join(
  [sql.ref('actor_name'), sql.ref('action'), sql.ref('subject'), sql.ref('detail'), sql.ref('address')],
  sql` || ' ' || `,
);

/**
 * Finds every text with the word, and sometimes more: SQLite knows no case beyond ASCII, so any letter beyond it stands
 * for any other. Whoever asks looks again.
 */
function patternOf(word: string): string {
  const plain = word.toLowerCase().replace(/[!%_]/g, '!$&');
  return `%${plain.replace(/\P{ASCII}+/gu, '%')}%`;
}
