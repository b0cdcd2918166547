import { AppError } from '@aerie/contract';
import type { FastifyRequest } from 'fastify';
import type { Caller, TokenActor } from '../../context.ts';
import { inParentheses } from '../../moderation/sanctions.ts';
import { isApiToken } from '../../tokens/api-tokens.ts';
import type { Dispatch } from '../dispatch.ts';

/** Who knows the tokens of programs. */
export interface TokenJudge {
  authenticate(token: string, caller: Pick<Caller, 'address' | 'door'>): Promise<TokenActor>;
}

/**
 * The program whose token a request brings in its `Authorization` header, and nowhere else: addresses stand in logs.
 * Undefined when it brings none.
 */
export async function tokenActorOf(request: FastifyRequest, tokens: TokenJudge, caller: Caller): Promise<TokenActor | undefined> {
  const token = /^Bearer (\S{1,256})$/.exec(request.headers.authorization ?? '')?.[1];
  return token !== undefined && isApiToken(token) ? await tokens.authenticate(token, caller) : undefined;
}

/** @throws AppError `banned` */
export function requireOpen(dispatch: Dispatch, caller: Caller): void {
  const ban = dispatch.banOf(caller);
  if (ban) throw new AppError('banned', { until: ban.until, because: inParentheses(ban.reason) });
}
