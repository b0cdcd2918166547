import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@aerie/contract/errors';

const mostBodyBytes = 4_096;

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** On every answer: nothing inline runs, no other site may frame, read or guess what stands here. */
export function secure(response: ServerResponse): void {
  for (const [name, value] of Object.entries({
    'content-security-policy': policy,
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  }))
    response.setHeader(name, value);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) }).end(body);
}

export function sendError(response: ServerResponse, error: AppError): void {
  const { code, params, message, status } = error;
  sendJson(response, status, { error: { code, params, message } });
}

/**
 * What changes something must come from a page of this dashboard: the same origin, and with the token that only such a page
 * can read. @throws AppError wrong_origin
 */
export function requireOwnPage({ headers }: Pick<IncomingMessage, 'headers'>, token: string): void {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (origin !== undefined && origin !== `http://${host}`) throw new AppError('wrong_origin');
  if (site !== undefined && site !== 'same-origin') throw new AppError('wrong_origin');
  const brought = Buffer.from(String(headers['aerie-token'] ?? ''));
  if (brought.length !== token.length || !timingSafeEqual(brought, Buffer.from(token))) throw new AppError('wrong_origin');
}

/** The JSON object of a small body. @throws AppError frame_too_large, bad_frame */
export async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBodyBytes) throw new AppError('frame_too_large', { max: mostBodyBytes });
    chunks.push(chunk as Buffer);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new AppError('bad_frame', { reason: 'not a JSON object' });
}

/** The value of a cookie; undefined when the browser brings none of that name. */
export function cookieOf({ headers }: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  for (const part of headers.cookie?.split(';') ?? []) {
    const cut = part.indexOf('=');
    if (cut !== -1 && part.slice(0, cut).trim() === name) return part.slice(cut + 1).trim();
  }
  return undefined;
}
