import type { CompiledQuery, Kysely } from 'kysely';
import type { DiagnosticTable, Tables } from '../store/schema.ts';

/** Those of a site, newest first. */
export async function diagnosticsOfSite(db: Kysely<Tables>, siteId: string, limit: number): Promise<DiagnosticTable[]> {
  return await db
    .selectFrom('diagnostic')
    .selectAll()
    .where('site_id', '=', siteId)
    .orderBy('started_at', 'desc')
    .orderBy('diagnostic_id', 'desc')
    .limit(limit)
    .execute();
}

/** Those that are not over. */
export async function unendedDiagnostics(db: Kysely<Tables>): Promise<DiagnosticTable[]> {
  return await db.selectFrom('diagnostic').selectAll().where('ended_at', 'is', null).execute();
}

export function endQuery(db: Kysely<Tables>, { diagnostic_id, state, lines, summary, ended_at }: DiagnosticTable): CompiledQuery {
  return db.updateTable('diagnostic').set({ state, lines, summary, ended_at }).where('diagnostic_id', '=', diagnostic_id).compile();
}

/** Forgets what ended before `before`. */
export function forgetQuery(db: Kysely<Tables>, before: number): CompiledQuery {
  return db.deleteFrom('diagnostic').where('ended_at', '<', before).compile();
}
