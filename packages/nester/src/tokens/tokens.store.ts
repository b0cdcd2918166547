import type { CompiledQuery, Kysely } from 'kysely';
import type { ApiTokenTable, Tables } from '../store/schema.ts';

export async function allTokens(db: Kysely<Tables>): Promise<ApiTokenTable[]> {
  return await db.selectFrom('api_token').selectAll().orderBy('created_at', 'desc').orderBy('token_id', 'desc').execute();
}

export async function tokenByHash(db: Kysely<Tables>, hash: string): Promise<ApiTokenTable | undefined> {
  return await db.selectFrom('api_token').selectAll().where('token_hash', '=', hash).executeTakeFirst();
}

export async function tokenById(db: Kysely<Tables>, tokenId: string): Promise<ApiTokenTable | undefined> {
  return await db.selectFrom('api_token').selectAll().where('token_id', '=', tokenId).executeTakeFirst();
}

export function usedQuery(db: Kysely<Tables>, tokenId: string, at: number): CompiledQuery {
  return db.updateTable('api_token').set({ used_at: at }).where('token_id', '=', tokenId).compile();
}

export function revokeQuery(db: Kysely<Tables>, tokenId: string, at: number): CompiledQuery {
  return db.updateTable('api_token').set({ revoked_at: at }).where('token_id', '=', tokenId).where('revoked_at', 'is', null).compile();
}
