import type { MissingFact, ReportedHost, ReportedPort } from '@aerie/contract/reports';

/** How far a scan is. `done` of `total` hosts have passed this phase, as far as is known. */
export interface ScanProgress {
  readonly phase: 'discovery' | 'ports' | 'services' | 'udp' | 'pages';
  readonly done: number;
  readonly total: number;
}

/** What to look at. The addresses are authorised: whoever makes a request has asked the policy. */
export interface ScanRequest {
  /** A sweep looks only who is there. */
  readonly kind: 'full' | 'sweep';
  readonly addresses: readonly string[];
  /** A sweep may knock at the first of them: whoever a full scan finds, it finds too. */
  readonly ports: readonly number[];
  readonly udpPorts: readonly number[];
  readonly packetsPerSecond: number;
  readonly signal: AbortSignal;
  /** The end of the time in which one may scan: what was found until then counts. */
  readonly closing?: AbortSignal;
  /** Whether the services and the system of a host are to be looked at too: it is new, has changed, or it is time. */
  isDue?(host: ReportedHost, level: DeepLevel): boolean;
  /** These answered: their names may be asked for while their ports are looked at. */
  found?(addresses: readonly string[]): void;
  progress?(progress: ScanProgress): void;
}

/** What a deep look can see: with raw packets, by connections of nmap, or by our own alone; more is better. */
export type DeepLevel = 0 | 1 | 2;

/** What a scan found. Hosts that did not answer at all are left out. */
export interface Findings {
  readonly scanner: 'nmap' | 'tcp';
  readonly hosts: ReportedHost[];
  readonly missing: MissingFact[];
  /** The addresses whose services and system were looked at this time. */
  readonly deep?: ReadonlySet<string>;
  readonly level?: DeepLevel;
}

/** A host of which nothing is known but its address and state. */
export function bareHost(address: string, status: ReportedHost['status'], ports: ReportedPort[] = []): ReportedHost {
  return { address, hostname: null, mac: null, vendor: null, status, rttMs: null, os: null, ports };
}

export function barePort(port: number, state: ReportedPort['state'], protocol: ReportedPort['protocol'] = 'tcp'): ReportedPort {
  return { port, protocol, state, service: null, product: null, version: null };
}

export function openTcpPorts({ ports }: ReportedHost): number[] {
  return ports.filter(({ state, protocol }) => state === 'open' && protocol === 'tcp').map(({ port }) => port);
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** Text from the network: without control characters and the marks that turn text around, and cut. */
export function clean(text: unknown, most: number): string | null {
  if (typeof text !== 'string') return null;
  const plain = text
    .slice(0, 64 * most)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g, '')
    .toWellFormed()
    .trim()
    .slice(0, most)
    .toWellFormed();
  return plain === '' ? null : plain;
}
