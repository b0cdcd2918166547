import type { InvitationRecord, Role } from '@aerie/contract';
import { newId } from '../new-id.ts';
import type { InvitationTable } from '../store/schema.ts';
import { newToken, tokenHash } from './tokens.ts';

const dayMs = 86_400_000;

/** A set-up link makes an administrator, so it does not live long. */
export const setupMs = 30 * 60_000;
/** The links of a class list are handed out on paper, over some weeks. */
export const importDays = 30;

export const daysMs = (days: number) => days * dayMs;

/** A new invitation: the row to store and the token that only its link knows. */
export function newInvitation(fields: {
  kind: InvitationTable['kind'];
  name?: string | undefined;
  role: Role;
  createdBy: string | null;
  at: number;
  lastsMs: number;
}): { row: InvitationTable; token: string } {
  const token = newToken();
  const row: InvitationTable = {
    invitation_id: newId(),
    token_hash: tokenHash(token),
    kind: fields.kind,
    name: fields.name ?? null,
    role: fields.role,
    created_by: fields.createdBy,
    created_at: fields.at,
    expires_at: fields.at + fields.lastsMs,
    used_at: null,
    revoked_at: null,
  };
  return { row, token };
}

/** The link to give to a person. The token stands in the fragment, which browsers send to no server and write into no referrer. */
export function linkOf(kind: InvitationTable['kind'], publicUrl: string, token: string): string {
  return `${publicUrl}/${kind === 'setup' ? 'setup' : 'invitation'}#${token}`;
}

export function stateOf(row: InvitationTable, now: number): InvitationRecord['state'] {
  if (row.used_at !== null) return 'used';
  if (row.revoked_at !== null) return 'revoked';
  return row.expires_at > now ? 'open' : 'expired';
}
