import { AppError, type tokenCommands as specs } from '@aerie/contract';
import { tokenHash } from '../accounts/tokens.ts';
import type { Handlers } from '../context.ts';
import { newId } from '../new-id.ts';
import { Unit } from '../store/unit.ts';
import { apiTokenOf, newApiToken } from './api-tokens.ts';
import { allTokens, revokeQuery, tokenById } from './tokens.store.ts';

export const tokenCommands: Handlers<keyof typeof specs> = {
  async 'token.list'(ctx) {
    return { tokens: (await allTokens(ctx.db)).map(apiTokenOf) };
  },

  async 'token.create'(ctx, { name, scopes, expiresAt }) {
    if (expiresAt !== null && expiresAt <= ctx.now()) throw new AppError('bad_input', { field: 'expiresAt', reason: 'in_the_past' });
    const token = newApiToken();
    const tokenId = newId();
    const unit = new Unit().insert('api_token', {
      token_id: tokenId,
      name,
      token_hash: tokenHash(token),
      scopes: JSON.stringify([...new Set(scopes)]),
      created_by: ctx.actor.kind === 'user' ? ctx.actor.name : `(${ctx.actor.kind})`,
      created_at: ctx.now(),
      expires_at: expiresAt,
      used_at: null,
      revoked_at: null,
    });
    await ctx.commitAct(unit, { action: 'token.create', subject: name, detail: { tokenId, scopes: scopes.join(' '), expiresAt } });
    return { tokenId, token };
  },

  async 'token.revoke'(ctx, { tokenId }) {
    const row = await tokenById(ctx.db, tokenId);
    if (!row) throw new AppError('not_found', { thing: 'token' });
    if (row.revoked_at !== null) return {};
    const unit = new Unit().run(revokeQuery(ctx.db, tokenId, ctx.now()));
    await ctx.commitAct(unit, { action: 'token.revoke', subject: row.name, detail: { tokenId } });
    return {};
  },
};
