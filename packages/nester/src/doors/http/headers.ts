import { randomBytes } from 'node:crypto';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Security headers on every answer. Styles carry a nonce of the request; nothing inline runs without it. */
export function securityHeaders(server: FastifyInstance, isSecure: () => boolean): void {
  void server.register(helmet, {
    global: true,
    contentSecurityPolicy: false,
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
  server.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', policy(nonceOf(reply)));
    reply.header('permissions-policy', 'camera=(), microphone=(), geolocation=()');
    if (isSecure()) reply.header('strict-transport-security', 'max-age=31536000');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}

const ofAnswers = [
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['cache-control', 'no-store'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['origin-agent-cluster', '?1'],
  ['permissions-policy', 'camera=(), microphone=(), geolocation=()'],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
].flat();
const ofSecureAnswers = [...ofAnswers, 'strict-transport-security', 'max-age=31536000'];

/** The same for an answer that is no page and comes past the framework: names and values by turns. */
export function bareHeaders(isSecure: boolean): readonly string[] {
  return isSecure ? ofSecureAnswers : ofAnswers;
}

const nonces = new WeakMap<FastifyReply, string>();

/** The style nonce of one answer. */
export function nonceOf(reply: FastifyReply): string {
  let nonce = nonces.get(reply);
  if (nonce === undefined) {
    nonce = randomBytes(16).toString('base64');
    nonces.set(reply, nonce);
  }
  return nonce;
}

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
