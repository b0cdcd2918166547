import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@aerie/contract';
import { Allowance } from './allowance.ts';

const path = '/api/probe/reports';
/** Largest body, as sent and unzipped. */
const bodyBytes = 8 * 1024 * 1024;
/** Of one probe from one address: a backlog of two weeks comes faster than anybody reads pages. Others have the usual limit. */
const reportsPerMinute = 60_000;
const minuteMs = 60_000;

/** A report as it came; `body` as sent, since that is what is signed. */
export interface ReportUpload {
  probeId: string;
  time: string;
  signature: string;
  /** Empty when the connection of the probe has no key. */
  mac: string;
  /** Digest of the machine that sends it; empty when it does not say. */
  machine: string;
  body: Buffer;
  gzip: boolean;
}

/** Who takes reports in. */
export interface ReportTaker {
  ingest(upload: ReportUpload): Promise<{ reportId: string; accepted: boolean }>;
  mayReport(probeId: string): boolean;
}

export interface ReportDoorParts {
  taker: ReportTaker;
  addressOf(request: IncomingMessage): string;
  /** Requests from one address that names no probe of ours. */
  strangersPerMinute: number;
  now(): number;
  /** Those of every answer. */
  headers(): readonly string[];
  /** What a client is told of an error; what nobody expected is written down. */
  asAppError(error: unknown, url: string): AppError;
  /** The connection is not to be used again. */
  isStopping(): boolean;
  answered(status: number): void;
}

export type ReportDoor = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * `POST /api/probe/reports`: 201 when the report is on disk, 200 when it was there already. It stands before the framework:
 * of all that comes by HTTP this comes most often, and what the framework does for pages costs more than taking a report in.
 * @returns takes a request; false when it is another one
 */
export function reportDoor(parts: ReportDoorParts): ReportDoor {
  const known = new Allowance(reportsPerMinute, minuteMs);
  const strangers = new Allowance(parts.strangersPerMinute, minuteMs);

  function admit(request: IncomingMessage): string {
    const probeId = headerOf(request, 'aerie-probe');
    const isKnown = parts.taker.mayReport(probeId);
    const address = parts.addressOf(request);
    const waitMs = isKnown ? known.take(`${probeId} ${address}`, parts.now()) : strangers.take(address, parts.now());
    if (waitMs > 0) throw new AppError('too_fast', { seconds: Math.ceil(waitMs / 1_000) });
    // Strangers are sent away before anything of theirs is read.
    if (!isKnown) throw new AppError('probe_refused');
    return probeId;
  }

  async function take(request: IncomingMessage): Promise<{ reportId: string; accepted: boolean }> {
    const probeId = admit(request);
    const encoding = headerOf(request, 'content-encoding') || 'identity';
    if (encoding !== 'identity' && encoding !== 'gzip') throw new AppError('bad_report', { reason: 'send it plain or as gzip' });
    const body = await bodyOf(request);
    if (body.length === 0) throw new AppError('bad_report', { reason: 'it is empty' });
    return await parts.taker.ingest({
      probeId,
      time: headerOf(request, 'aerie-time'),
      signature: headerOf(request, 'aerie-signature'),
      mac: headerOf(request, 'aerie-mac'),
      machine: headerOf(request, 'aerie-machine'),
      body,
      gzip: encoding === 'gzip',
    });
  }

  function answer(request: IncomingMessage, response: ServerResponse, status: number, value: object, more: readonly string[] = []): void {
    parts.answered(status);
    if (response.destroyed) return;
    const text = JSON.stringify(value);
    // What nobody reads of a body is let pass, when it says how little is to come. Closed at once, the connection would break while
    // it is being written, and of that a web server between tells its client, not of the answer.
    const isLast = parts.isStopping() || (!request.complete && !(lengthOf(request) <= bodyBytes));
    response.writeHead(status, [
      ...parts.headers(),
      'content-type',
      'application/json; charset=utf-8',
      'content-length',
      String(Buffer.byteLength(text)),
      ...(isLast ? ['connection', 'close'] : []),
      ...more,
    ]);
    response.end(text);
  }

  return (request, response) => {
    const { url = '' } = request;
    if (request.method !== 'POST' || !(url === path || url.startsWith(`${path}?`))) return false;
    take(request).then(
      receipt => answer(request, response, receipt.accepted ? 201 : 200, receipt),
      (error: unknown) => {
        const { code, message, params, status } = parts.asAppError(error, url);
        const retry = code === 'too_fast' ? ['retry-after', String(params.seconds)] : [];
        answer(request, response, status, { error: { code, message, params } }, retry);
      },
    );
    return true;
  };
}

function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () => new AppError('bad_report', { reason: 'it is larger than 8 MiB' });
  if (lengthOf(request) > bodyBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bodyBytes) chunks.push(chunk);
      else {
        chunks = [];
        request.pause();
        reject(tooLarge());
      }
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on('error', () => reject(new AppError('bad_report', { reason: 'it ended too soon' })));
  });
}

/** How long a body says it is; NaN when it does not say. */
function lengthOf({ headers }: IncomingMessage): number {
  return Number(headers['content-length'] ?? Number.NaN);
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
