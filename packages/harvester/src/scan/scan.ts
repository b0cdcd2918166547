import type { MissingFact } from '@aerie/contract/reports';
import { findProgram } from '../programs.ts';
import type { Findings, ScanRequest } from './findings.ts';
import { isLoopback, maySendRaw, NmapFailed, scanWithNmap } from './nmap.ts';
import { scanWithTcp } from './tcp.ts';

/** The means that a scan may use. */
export interface Means {
  /** Where nmap is; undefined when there is none. */
  readonly nmap: string | undefined;
  readonly raw: boolean;
  /** How long nmap may take; the built-in scan has as long again. */
  readonly limitMs: number;
}

const limitMs = 15 * 60_000;

/** What this machine has. */
export function meansHere(): Means {
  return { nmap: findProgram('nmap'), raw: maySendRaw(), limitMs };
}

/** Scans with nmap; without it, or when it fails, with TCP connections. What could not be learnt stands in `missing`, with the reason. */
export async function scan(request: ScanRequest, means: Means): Promise<Findings> {
  if (request.addresses.length === 0)
    return { scanner: 'tcp', hosts: [], missing: [{ fact: 'hosts', reason: 'no address is authorised' }] };
  const limited = () => ({ ...request, signal: AbortSignal.any([request.signal, AbortSignal.timeout(means.limitMs)]) });
  if (means.nmap === undefined) return withoutNmap(limited(), 'nmap is not installed: apt-get install nmap');
  try {
    return await scanWithNmap(means.nmap, limited(), means.raw);
  } catch (error) {
    if (!(error instanceof NmapFailed)) throw error;
    request.signal.throwIfAborted();
    return withoutNmap(limited(), error.message);
  }
}

async function withoutNmap(request: ScanRequest, reason: string): Promise<Findings> {
  const { scanner, hosts, missing } = await scanWithTcp(request);
  const facts: MissingFact['fact'][] = ['services', 'os'];
  if (request.addresses.some(address => !isLoopback(address))) facts.push('mac');
  return { scanner, hosts, missing: [...facts.map(fact => ({ fact, reason: reason.slice(0, 300) })), ...missing] };
}
