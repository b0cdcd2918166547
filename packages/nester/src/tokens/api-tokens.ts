import type { ApiToken, TokenScope } from '@aerie/contract';
import { newToken } from '../accounts/tokens.ts';
import type { ApiTokenTable } from '../store/schema.ts';

const prefix = 'aerie_';

/** A token of a program. The prefix lets scanners of leaked secrets, and us, tell it from a log-in. */
export function newApiToken(): string {
  return prefix + newToken();
}

export function isApiToken(text: string): boolean {
  return text.startsWith(prefix);
}

export function scopesOf(row: ApiTokenTable): TokenScope[] {
  return JSON.parse(row.scopes);
}

/** Whether it opens anything now. */
export function isGood({ revoked_at, expires_at }: ApiTokenTable, now: number): boolean {
  return revoked_at === null && (expires_at === null || expires_at > now);
}

/** A token as administration shows it. */
export function apiTokenOf(row: ApiTokenTable): ApiToken {
  return {
    tokenId: row.token_id,
    name: row.name,
    scopes: scopesOf(row),
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
    revokedAt: row.revoked_at,
  };
}
