import type { IncomingMessage } from 'node:http';
import { AppError } from '@aerie/contract';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';

/** Largest body, as sent and unzipped. */
const bodyBytes = 8 * 1024 * 1024;
/** Of one probe from one address: a backlog of two weeks comes faster than anybody reads pages. Others have the usual limit. */
const reportsPerMinute = 60_000;

/** A report as it came; `body` as sent, since that is what is signed. */
export interface ReportUpload {
  probeId: string;
  time: string;
  signature: string;
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

interface ReportLimits {
  addressOf(request: IncomingMessage): string;
  /** Requests from one address that names no probe of ours. */
  strangersPerMinute: number;
}

/** `POST /api/probe/reports`: 201 when the report is on disk, 200 when it was there already. */
export function reportRoute(server: FastifyInstance, taker: ReportTaker, { addressOf, strangersPerMinute }: ReportLimits): void {
  void server.register(async scope => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    const parent = scope.errorHandler;
    scope.setErrorHandler((error: FastifyError, request, reply) => {
      const isTooLarge = error.statusCode === 413 && !(error instanceof AppError);
      return parent(
        isTooLarge ? (new AppError('bad_report', { reason: 'it is larger than 8 MiB' }) as unknown as FastifyError) : error,
        request,
        reply,
      );
    });
    const isKnown = (request: FastifyRequest) => taker.mayReport(headerOf(request, 'aerie-probe'));
    scope.post('/api/probe/reports', {
      bodyLimit: bodyBytes,
      config: {
        rateLimit: {
          max: request => (isKnown(request) ? reportsPerMinute : strangersPerMinute),
          keyGenerator: request => (isKnown(request) ? `${headerOf(request, 'aerie-probe')} ` : '') + addressOf(request.raw),
        },
      },
      // Strangers are sent away before anything of theirs is read.
      onRequest: async request => {
        if (!isKnown(request)) throw new AppError('probe_refused');
      },
      handler: async (request, reply) => {
        const encoding = headerOf(request, 'content-encoding') || 'identity';
        if (encoding !== 'identity' && encoding !== 'gzip') throw new AppError('bad_report', { reason: 'send it plain or as gzip' });
        if (!Buffer.isBuffer(request.body) || request.body.length === 0) throw new AppError('bad_report', { reason: 'it is empty' });
        const receipt = await taker.ingest({
          probeId: headerOf(request, 'aerie-probe'),
          time: headerOf(request, 'aerie-time'),
          signature: headerOf(request, 'aerie-signature'),
          machine: headerOf(request, 'aerie-machine'),
          body: request.body,
          gzip: encoding === 'gzip',
        });
        return reply.code(receipt.accepted ? 201 : 200).send(receipt);
      },
    });
  });
}

function headerOf(request: FastifyRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
