import type { MissingFact, ReportedHost, ReportedPort } from '@aerie/contract/reports';

/** What to look at. The addresses are authorised: whoever makes a request has asked the policy. */
export interface ScanRequest {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
  readonly signal: AbortSignal;
}

/** What a scan found. Hosts that did not answer at all are left out. */
export interface Findings {
  readonly scanner: 'nmap' | 'tcp';
  readonly hosts: ReportedHost[];
  readonly missing: MissingFact[];
}

/** A host of which nothing is known but its address and state. */
export function bareHost(address: string, status: ReportedHost['status'], ports: ReportedPort[] = []): ReportedHost {
  return { address, hostname: null, mac: null, vendor: null, status, rttMs: null, os: null, ports };
}

export function barePort(port: number, state: ReportedPort['state']): ReportedPort {
  return { port, protocol: 'tcp', state, service: null, product: null, version: null };
}

/** Text from the network: without control characters and the marks that turn text around, and cut. */
export function clean(text: unknown, most: number): string | null {
  if (typeof text !== 'string') return null;
  const plain = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g, '')
    .toWellFormed()
    .trim()
    .slice(0, most)
    .toWellFormed();
  return plain === '' ? null : plain;
}
