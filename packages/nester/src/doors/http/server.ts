import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { AppError } from '@aerie/contract';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import ipaddr from 'ipaddr.js';
import { networkOf } from '../../accounts/lockout.ts';
import type { Config } from '../../config.ts';
import type { UserActor } from '../../context.ts';
import type { ProbeInstaller } from '../../installer/installer.ts';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import { plainAddress } from '../address.ts';
import type { Dispatch } from '../dispatch.ts';
import type { UpgradeJudge } from '../ws.ts';
import { apiDocsRoute } from './api-docs.ts';
import { commandRoutes } from './commands.ts';
import { cookieName, readCookie } from './cookie.ts';
import { exportRoutes } from './exports.ts';
import { bareHeaders, securityHeaders } from './headers.ts';
import { countReport, metricsRoute } from './metrics.ts';
import { isOwnOrigin } from './origin.ts';
import { pageRoutes } from './pages.ts';
import { type ReportTaker, reportDoor } from './probe.ts';
import { probeInstallerRoutes } from './probe-installer.ts';
import type { TokenJudge } from './tokens.ts';

/** Largest body: a class list as JSON. */
const bodyBytes = 256 * 1024;
/** How long a request may take to come, and a connection may be without one. */
const requestMs = 30_000;
const connectionMs = 60_000;
/** As the framework has it by itself: longer than most proxies keep theirs. */
const keepAliveMs = 72_000;
/** What a request under way may still take when the door closes. */
const patienceMs = 3_000;

export interface HttpParts {
  config: Config;
  log: Log;
  dispatch: Dispatch;
  now: () => number;
  reports: ReportTaker;
  tokens: TokenJudge;
  metrics: Metrics;
  installer: ProbeInstaller;
  authenticate(token: string): Promise<UserActor | undefined>;
  publicUrl(): string;
  /** What /healthz answers with: undefined when all is well, otherwise what is wrong. */
  health(): Promise<string | undefined>;
  tls: { cert: string; key: string } | undefined;
}

export interface HttpDoor {
  server: FastifyInstance;
  judge: UpgradeJudge;
  /** Takes no more; requests under way are answered, or cut when they take too long. */
  stop(): Promise<void>;
}

/** The web door: pages, `/api/<command>`, `/api/openapi.json`, `/api/docs`, `/metrics`, `/healthz`, `/probe/`. */
export async function httpDoor(parts: HttpParts): Promise<HttpDoor> {
  const { config } = parts;
  const server = Fastify({
    logger: false,
    bodyLimit: bodyBytes,
    routerOptions: { maxParamLength: 128 },
    forceCloseConnections: 'idle',
    serverFactory: framework =>
      newServer(parts.tls, (request, response) => {
        if (!reports(request, response)) framework(request, response);
      }),
  }) as unknown as FastifyInstance;
  let isStopping = false;
  const reports = reportDoor({
    taker: parts.reports,
    addressOf: request => networkOf(addressOf(request)),
    strangersPerMinute: config.limits.httpPerMinute,
    now: parts.now,
    headers: () => bareHeaders(isSecure()),
    asAppError: (error, url) => toldOf(error as FastifyError, url),
    isStopping: () => isStopping,
    answered: status => countReport(parts.metrics, status),
  });
  const isSecure = () => parts.tls !== undefined || parts.publicUrl().startsWith('https:');
  const addressOf = (request: IncomingMessage) => clientAddress(request, config.trustProxy);
  const tokenOf = (request: Pick<IncomingMessage, 'headers'>) =>
    /^Bearer ([\w-]{8,128})$/.exec(request.headers.authorization ?? '')?.[1] ?? readCookie(request.headers.cookie, cookieName(isSecure()));
  const judge: UpgradeJudge = {
    isOwnOrigin: request => isOwnOrigin(request, { publicUrl: config.publicUrl, isSecure: isSecure() }),
    addressOf,
    authenticate: async request => {
      const token = tokenOf(request);
      return token === undefined ? undefined : await parts.authenticate(token);
    },
  };

  await server.register(cookie);
  await server.register(rateLimit, {
    max: config.limits.httpPerMinute,
    timeWindow: 60_000,
    // One IPv6 customer has as many addresses as they like.
    keyGenerator: request => networkOf(addressOf(request.raw)),
    errorResponseBuilder: (_request, context) => new AppError('too_fast', { seconds: Math.ceil(context.ttl / 1_000) }),
  });
  securityHeaders(server, isSecure);
  const toldOf = (error: FastifyError | AppError, url: string) => {
    const told = asAppError(error);
    if (told.code === 'internal' && told !== error) {
      const path = url.split('?')[0]!.slice(0, 128);
      parts.log.error('HTTP', 'A request failed unexpectedly', { ref: String(told.params.ref), path, error: error.stack ?? error.message });
    }
    return told;
  };
  server.setErrorHandler((error: FastifyError | AppError, request, reply) => void sendError(reply, toldOf(error, request.url)));
  server.get('/healthz', { config: { rateLimit: false } }, async (_request, reply) => {
    const wrong = await parts.health();
    return reply.code(wrong === undefined ? 200 : 503).send(wrong === undefined ? { status: 'ok' } : { status: 'failing', reason: wrong });
  });
  server.addHook('onSend', async (_request, reply) => {
    // Kept open after its answer, a connection would hold up the end.
    if (isStopping) void reply.header('connection', 'close');
  });
  commandRoutes(server, { dispatch: parts.dispatch, tokens: parts.tokens, judge, isSecure });
  apiDocsRoute(server);
  metricsRoute(server, { ...parts, judge });
  exportRoutes(server, { ...parts, judge });
  probeInstallerRoutes(server, parts.installer);
  await pageRoutes(server);
  return {
    server,
    judge,
    async stop() {
      isStopping = true;
      const patience = setTimeout(() => rawServer(server).closeAllConnections(), patienceMs);
      await server.close();
      clearTimeout(patience);
    },
  };
}

function sendError(reply: FastifyReply, error: AppError): FastifyReply {
  return reply.code(error.status).send({ error: { code: error.code, message: error.message, params: error.params } });
}

/** What the framework complains about, in our own words. */
function asAppError(error: FastifyError | AppError): AppError {
  if (error instanceof AppError) return error;
  if (error.statusCode === 413) return new AppError('frame_too_large', { max: bodyBytes });
  if (error.statusCode === 429) return new AppError('too_fast', { seconds: 60 });
  if (error.statusCode !== undefined && error.statusCode < 500)
    return new AppError('bad_frame', { reason: STATUS_CODES[error.statusCode]?.toLowerCase() ?? 'malformed request' });
  return new AppError('internal', { ref: randomUUID().slice(0, 8) });
}

/** The address of whoever asks: the last hop that is not one of the trusted proxies. */
export function clientAddress(
  request: Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string | undefined } },
  trusted: readonly string[],
): string {
  let address = plainAddress(request.socket.remoteAddress);
  const header = request.headers['x-forwarded-for'];
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map(hop => plainAddress(hop.trim()));
  while (trusted.includes(address)) {
    const hop = hops.pop();
    if (hop === undefined || !ipaddr.isValid(hop)) break;
    address = hop;
  }
  return address;
}

function newServer(tls: HttpParts['tls'], listener: RequestListener): Server {
  const server = tls ? createSecureServer({ ...tls, minVersion: 'TLSv1.2' }, listener) : createServer(listener);
  server.requestTimeout = requestMs;
  server.keepAliveTimeout = keepAliveMs;
  server.setTimeout(connectionMs);
  return server as Server;
}

/** The node server under Fastify. */
export function rawServer(server: FastifyInstance): Server {
  return server.server as Server;
}
