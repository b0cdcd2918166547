import type { Kysely } from 'kysely';
import type { AuditTable, Tables } from '../store/schema.ts';

/** Up to `limit` records older than the record `before`, newest first. Ids are UUIDv7: their order is that of time. */
export async function auditBefore(db: Kysely<Tables>, before: string | undefined, limit: number): Promise<AuditTable[]> {
  const all = db.selectFrom('audit').selectAll().orderBy('audit_id', 'desc').limit(limit);
  return await (before === undefined ? all : all.where('audit_id', '<', before)).execute();
}
