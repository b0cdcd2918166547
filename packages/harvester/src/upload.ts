import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import type { Endpoint } from './endpoint.ts';
import type { ProbeKey } from './identity.ts';
import { macOf } from './report-key.ts';

const gzip = promisify(gzipCallback);

/** What became of a report: taken, never to be taken, this probe refused, kept out as a copy of another one, or no use now. */
export type Outcome =
  | { kind: 'taken'; anew: boolean }
  | { kind: 'rejected'; reason: string }
  | { kind: 'refused' }
  | { kind: 'cloned'; reason: string }
  | { kind: 'later'; reason: string };

interface Upload {
  readonly endpoint: Endpoint;
  readonly probeId: string;
  readonly key: ProbeKey;
  /** On which the live connection agreed with Nester. */
  readonly reportKey?: () => Buffer | undefined;
  /** Digest of this machine. */
  readonly machine: string;
  /** The time on Nester's clock, as well as it is known. */
  now(): number;
  readonly signal: AbortSignal;
}

/** A report as it travels. */
export function packed(report: Buffer): Promise<Buffer> {
  return gzip(report);
}

/** Sends one packed report, signed; a broken connection is an outcome, not an error. */
export async function upload(body: Buffer, { endpoint, probeId, key, reportKey, machine, now, signal }: Upload): Promise<Outcome> {
  const time = String(Math.round(now()));
  const agreed = reportKey?.();
  const digest = createHash('sha256').update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'aerie-probe': probeId,
    'aerie-machine': machine,
    'aerie-time': time,
    // Beside a MAC too: the connection may end while this is on its way.
    'aerie-signature': key.sign(`aerie-report:${time}:${digest}`),
    ...(agreed && { 'aerie-mac': macOf(agreed, time, body) }),
  };
  try {
    return outcomeOf(await endpoint.post('/api/probe/reports', headers, body, signal));
  } catch (error) {
    return { kind: 'later', reason: (error as Error).message };
  }
}

function outcomeOf({ status, body }: { status: number; body: unknown }): Outcome {
  const { accepted, error } = (body ?? {}) as { accepted?: unknown; error?: { code?: unknown; message?: unknown } };
  // Only Nester's own words count: a proxy or a hotel's log-in page says 200 too.
  if ((status === 201 || status === 200) && typeof accepted === 'boolean') return { kind: 'taken', anew: accepted };
  const reason = typeof error?.message === 'string' ? error.message.slice(0, 300) : `HTTP ${status}`;
  if (error?.code === 'bad_report' || error?.code === 'frame_too_large') return { kind: 'rejected', reason };
  if (error?.code === 'probe_refused') return { kind: 'refused' };
  if (error?.code === 'probe_cloned') return { kind: 'cloned', reason };
  return { kind: 'later', reason };
}
