import type { IncomingMessage } from 'node:http';
import { AppError } from '@aerie/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { Metrics } from '../../metrics/metrics.ts';
import { plainAddress } from '../address.ts';
import type { Dispatch } from '../dispatch.ts';
import type { UpgradeJudge } from '../ws.ts';
import { callerOf } from './commands.ts';
import type { TokenJudge } from './tokens.ts';
import { requireOpen, tokenActorOf } from './tokens.ts';

/** Headers that a proxy adds: who comes by one is not on this machine, whatever the socket says. */
const ofProxies = /^(x-forwarded-.+|x-real-ip|forwarded|via)$/;
/** How this machine calls itself. A page that had its own name resolved to us asks for another one. */
const ownHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** `GET /metrics` for Prometheus: with a token of scope `metrics`, or straight from this machine. */
export function metricsRoute(
  server: FastifyInstance,
  { metrics, tokens, judge, dispatch }: { metrics: Metrics; tokens: TokenJudge; judge: UpgradeJudge; dispatch: Dispatch },
): void {
  server.get('/metrics', { exposeHeadRoute: false }, async (request, reply) => {
    const caller = callerOf(request, judge);
    requireOpen(dispatch, caller);
    const actor = await tokenActorOf(request, tokens, caller);
    if (actor) {
      if (!actor.scopes.includes('metrics')) throw new AppError('out_of_scope', { scope: 'metrics' });
    } else if (!isFromHere(request)) throw new AppError('not_logged_in');
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

/** Counts what becomes of reports, by what their senders are answered. */
export function countReport(metrics: Metrics, status: number): void {
  metrics.countReport(status === 201 ? 'taken' : status === 200 ? 'known' : status < 500 ? 'refused' : 'failed');
}

function isFromHere(request: FastifyRequest): boolean {
  return (
    isLoopback(request.raw) && !Object.keys(request.headers).some(name => ofProxies.test(name)) && ownHost.test(request.headers.host ?? '')
  );
}

function isLoopback({ socket }: IncomingMessage): boolean {
  const address = plainAddress(socket.remoteAddress);
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'loopback';
}
