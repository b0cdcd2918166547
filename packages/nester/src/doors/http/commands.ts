import { AppError, commands, openApi } from '@aerie/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor, Caller } from '../../context.ts';
import type { Dispatch } from '../dispatch.ts';
import type { UpgradeJudge } from '../ws.ts';
import { cookieName, cookieOptions } from './cookie.ts';
import { type TokenJudge, tokenActorOf } from './tokens.ts';

interface LoggedIn {
  token?: string;
  expiresAt: number;
}

const loggingIn: ReadonlySet<string> = new Set(['session.logIn', 'setup.complete', 'invitation.accept']);

/** `POST /api/<command>` for every command that needs no live connection, derived from the contract. */
export function commandRoutes(
  server: FastifyInstance,
  parts: { dispatch: Dispatch; judge: UpgradeJudge; tokens: TokenJudge; isSecure: () => boolean },
): void {
  const { dispatch, judge, tokens, isSecure } = parts;
  let document: unknown;
  server.get('/api/openapi.json', () => (document ??= openApi()));

  for (const [name, spec] of Object.entries(commands)) {
    if ('live' in spec && spec.live) continue;
    server.post(`/api/${name}`, async (request, reply) => {
      if (!judge.isOwnOrigin(request.raw)) throw new AppError('wrong_origin');
      const caller = callerOf(request, judge);
      const known = (await tokenActorOf(request, tokens, caller)) ?? (await judge.authenticate(request.raw));
      const actor: Actor = known ?? { kind: 'anyone' };
      const ok = await dispatch.call(actor, caller, name, request.body ?? {});
      if (loggingIn.has(name)) {
        const { token, expiresAt } = ok as LoggedIn;
        if (token !== undefined && isBrowser(request)) {
          reply.setCookie(cookieName(isSecure()), token, cookieOptions(isSecure(), expiresAt));
          return { ...(ok as LoggedIn), token: undefined };
        }
      }
      if (name === 'session.logOut') reply.clearCookie(cookieName(isSecure()), { path: '/', secure: isSecure() });
      return ok;
    });
  }
  server.all('/api/*', async request => {
    throw new AppError('unknown_command', { name: request.url.split('?')[0]!.slice('/api/'.length, 64) });
  });
}

/** What a request tells of whoever sent it. */
export function callerOf(request: FastifyRequest, judge: UpgradeJudge): Caller {
  return {
    door: 'http',
    address: judge.addressOf(request.raw),
    agent: String(request.headers['user-agent'] ?? '').slice(0, 200),
    connection: undefined,
  };
}

/** Browsers say where a request comes from; they get a cookie that scripts cannot read, not the token. */
function isBrowser(request: FastifyRequest): boolean {
  return request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined;
}
