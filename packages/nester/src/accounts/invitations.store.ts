import type { CompiledQuery, Kysely } from 'kysely';
import type { InvitationTable, Tables } from '../store/schema.ts';

const mostListed = 5_000;

export async function invitationByToken(db: Kysely<Tables>, hash: string): Promise<InvitationTable | undefined> {
  return await db.selectFrom('invitation').selectAll().where('token_hash', '=', hash).executeTakeFirst();
}

export async function invitationById(db: Kysely<Tables>, invitationId: string): Promise<InvitationTable | undefined> {
  return await db.selectFrom('invitation').selectAll().where('invitation_id', '=', invitationId).executeTakeFirst();
}

/** The people's invitations, newest first. */
export async function personInvitations(db: Kysely<Tables>): Promise<InvitationTable[]> {
  return await db
    .selectFrom('invitation')
    .selectAll()
    .where('kind', '=', 'person')
    .orderBy('invitation_id', 'desc')
    .limit(mostListed)
    .execute();
}

/** Uses an invitation up. It touches no row when the invitation is used, revoked or expired: of two who come together, one wins. */
export function useInvitationQuery(db: Kysely<Tables>, invitationId: string, now: number): CompiledQuery {
  return db
    .updateTable('invitation')
    .set({ used_at: now })
    .where('invitation_id', '=', invitationId)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .compile();
}

/** Touches no row when there is nothing left to revoke. */
export function revokeInvitationQuery(db: Kysely<Tables>, invitationId: string, now: number): CompiledQuery {
  return db
    .updateTable('invitation')
    .set({ revoked_at: now })
    .where('invitation_id', '=', invitationId)
    .where('kind', '=', 'person')
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .compile();
}

/** Makes all set-up links before this moment useless. */
export function revokeSetupQuery(db: Kysely<Tables>, now: number): CompiledQuery {
  return db
    .updateTable('invitation')
    .set({ revoked_at: now })
    .where('kind', '=', 'setup')
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .compile();
}
