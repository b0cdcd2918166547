import { type Kysely, sql } from 'kysely';
import type { AuditTable, Tables } from '../store/schema.ts';

/** Which records of the audit are asked for: older than `before`, between two moments, holding all words. */
export interface AuditQuestion {
  before?: string | undefined;
  /** The oldest record to look at. */
  back?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  words: readonly string[];
}

/** Up to `limit` of these records, newest first. Ids are UUIDv7: their order is that of time. */
export async function auditPage(
  db: Kysely<Tables>,
  { before, back, from, to, words }: AuditQuestion,
  limit: number,
): Promise<AuditTable[]> {
  let query = db.selectFrom('audit').selectAll().orderBy('audit_id', 'desc').limit(limit);
  if (before !== undefined) query = query.where('audit_id', '<', before);
  if (back !== undefined) query = query.where('audit_id', '>=', back);
  if (from !== undefined) query = query.where('at', '>=', from);
  if (to !== undefined) query = query.where('at', '<', to);
  for (const word of words) query = query.where(sql<boolean>`lower(${said}) like ${patternOf(word)} escape '!'`);
  return await query.execute();
}

/** The id that lies `count` records back from `before`, or from now; undefined when there are fewer. */
export async function auditBack(db: Kysely<Tables>, before: string | undefined, count: number): Promise<string | undefined> {
  const ids = db.selectFrom('audit').select('audit_id').orderBy('audit_id', 'desc');
  const row = await (before === undefined ? ids : ids.where('audit_id', '<', before))
    .limit(1)
    .offset(count - 1)
    .executeTakeFirst();
  return row?.audit_id;
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
