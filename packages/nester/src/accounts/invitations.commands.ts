import { AppError } from '@aerie/contract';
import type { Ctx, Handlers } from '../context.ts';
import type { InvitationTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { commitAct } from './audit.ts';
import type { Directory } from './directory.ts';
import { addSession, enter, requireFreeConnection } from './entrance.ts';
import { invitationById, invitationByToken, personInvitations, revokeInvitationQuery } from './invitations.store.ts';
import { daysMs, linkOf, newInvitation, stateOf } from './invitations.ts';
import { newAccount, orUserExists } from './new-account.ts';
import type { Shared } from './parts.ts';
import { tokenHash } from './tokens.ts';
import { seenUserQuery } from './users.store.ts';
import { requireUserName } from './users.ts';

type Names = 'invitation.create' | 'invitation.list' | 'invitation.revoke' | 'invitation.show' | 'invitation.accept';

export function invitationCommands(shared: Shared): Handlers<Names> {
  return {
    async 'invitation.create'(ctx, { role, name: typed, days }) {
      const name = typed === undefined ? undefined : requireUserName(typed);
      if (name !== undefined && shared.directory.byName(name)) throw new AppError('user_exists');
      const { row, token } = newInvitation({ kind: 'person', name, role, createdBy: authorOf(ctx), at: ctx.now(), lastsMs: daysMs(days) });
      const invitationId = row.invitation_id;
      const unit = new Unit().insert('invitation', row);
      await commitAct(ctx, unit, { action: 'invitation.create', subject: name ?? invitationId, detail: { invitationId, role, days } });
      return { invitationId, link: linkOf('person', shared.publicUrl(), token), expiresAt: row.expires_at };
    },

    async 'invitation.list'(ctx) {
      const rows = await personInvitations(ctx.db);
      return {
        invitations: rows.map(row => ({
          invitationId: row.invitation_id,
          name: row.name,
          role: row.role,
          createdAt: row.created_at,
          expiresAt: row.expires_at,
          state: stateOf(row, ctx.now()),
        })),
      };
    },

    async 'invitation.revoke'(ctx, { invitationId }) {
      const row = await invitationById(ctx.db, invitationId);
      const absent = new AppError('not_found', { thing: 'invitation' });
      if (row?.kind !== 'person') throw absent;
      const unit = new Unit().run(revokeInvitationQuery(ctx.db, invitationId, ctx.now()), absent);
      await commitAct(ctx, unit, { action: 'invitation.revoke', subject: row.name ?? invitationId, detail: { invitationId } });
      return {};
    },

    async 'invitation.show'(ctx, { token }) {
      const row = await requireOpenInvitation(shared, ctx, token);
      const invitedBy = row.created_by === null ? null : (shared.directory.byId(row.created_by)?.name ?? null);
      return { kind: row.kind, name: row.name, role: row.role, invitedBy, expiresAt: row.expires_at };
    },

    async 'invitation.accept'(ctx, { token, name, password, language, device }) {
      requireFreeConnection(ctx);
      const invitation = await requireOpenInvitation(shared, ctx, token, 'person');
      const { row, unit } = await newAccount(shared, { name, password, role: invitation.role, language }, invitation);
      const entry = addSession(unit, ctx, row, { device });
      unit.run(seenUserQuery(ctx.db, { userId: row.user_id, at: ctx.now() }));
      await orUserExists(ctx.commit(unit));
      return await enter(shared, ctx, entry);
    },
  };
}

/** The account that invites; null for the machine's own administrator. */
export function authorOf({ actor }: Ctx): string | null {
  return actor.kind === 'user' ? actor.userId : null;
}

/** With the right to administer go the links that were made by it: whoever loses it keeps no way back in. */
function mayStillInvite(directory: Directory, { created_by: createdBy }: InvitationTable, now: number): boolean {
  if (createdBy === null) return true;
  const author = directory.byId(createdBy);
  return author?.role === 'admin' && !author.disabled && (author.bannedUntil ?? 0) <= now;
}

/** The open invitation of a token; `link_invalid` without one, `setup_done` for the used link of a finished set-up. */
export async function requireOpenInvitation(
  { directory }: Shared,
  ctx: Ctx,
  token: string,
  kind?: InvitationTable['kind'],
): Promise<InvitationTable> {
  const row = await invitationByToken(ctx.db, tokenHash(token));
  if (!row) {
    // Nobody was ever given that link: the words that fail2ban looks for. One that was used up or came too late is no guess.
    const { address, door } = ctx.caller;
    ctx.log.warning('LOGIN', `Failed login attempt from ${address}`, { door, why: 'link' });
    throw new AppError('link_invalid');
  }
  if (kind !== undefined && row.kind !== kind) throw new AppError('link_invalid');
  const state = stateOf(row, ctx.now());
  if (state === 'open' && mayStillInvite(directory, row, ctx.now())) return row;
  throw new AppError(row.kind === 'setup' && state === 'used' && directory.hasAdmin() ? 'setup_done' : 'link_invalid');
}
