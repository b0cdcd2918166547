import type { CompiledQuery, Kysely } from 'kysely';
import type { EnrolmentTable, Tables } from '../store/schema.ts';

export async function enrolmentByHash(db: Kysely<Tables>, codeHash: string): Promise<EnrolmentTable | undefined> {
  return await db.selectFrom('enrolment').selectAll().where('code_hash', '=', codeHash).executeTakeFirst();
}

/** Uses a code up. It touches no row when the code is used or expired: of two who come together, one wins. */
export function useCodeQuery(db: Kysely<Tables>, codeHash: string, at: number): CompiledQuery {
  return db
    .updateTable('enrolment')
    .set({ used_at: at })
    .where('code_hash', '=', codeHash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .compile();
}

/** Makes a code of no use that was not used. */
export function dropCodeQuery(db: Kysely<Tables>, codeHash: string): CompiledQuery {
  return db.deleteFrom('enrolment').where('code_hash', '=', codeHash).where('used_at', 'is', null).compile();
}

/** Forgets codes that expired before `at`. */
export function sweepCodesQuery(db: Kysely<Tables>, at: number): CompiledQuery {
  return db.deleteFrom('enrolment').where('expires_at', '<', at).compile();
}
