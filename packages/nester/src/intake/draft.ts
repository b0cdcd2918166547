import type { MissingFact, Report, ReportedHost, WanResult } from '@aerie/contract';
import { Unreadable } from './reasons.ts';

export const mostHosts = 4_096;
const mostFacts = 16;
const longestReason = 300;

export type Shape = 'A' | 'B' | 'C' | 'D' | '1';

/** A report as far as its file alone tells it: whose it is and in which zone its clocks were stands elsewhere. */
export interface Draft {
  shape: Shape;
  /** How the file calls its franchise, the best name first. */
  franchises: string[];
  /** The probe that made it, where it says so. */
  probeId: string | null;
  /** Its id, where the file has one. */
  reportId: string | null;
  /** Moments at which it was made, as they are written: text without a zone is the site's own time. */
  moments: (string | number)[];
  /** How long it took, where only one moment is told. */
  tookMs: number | null;
  body: Omit<Report, 'reportId' | 'startedAt' | 'finishedAt'>;
}

/** What all shapes but a Harvester's own have in common. */
export function bodyOf(fields: {
  scanner: Report['scanner'];
  version: string | null;
  hosts: ReportedHost[];
  wan: WanResult[];
  missing: Missing;
  targets?: string[];
  ports?: string;
  machine?: Report['machine'];
}): Draft['body'] {
  const { version, hosts, missing } = fields;
  if (hosts.length > mostHosts) throw new Unreadable('too_many_hosts', { most: mostHosts });
  return {
    v: 1,
    // No probe of ours.
    probeId: 'file',
    version: version ?? '',
    scanner: fields.scanner,
    kind: 'full',
    targets: fields.targets ?? [],
    ports: fields.ports ?? '',
    machine: fields.machine ?? { name: '', addresses: [] },
    hosts,
    wan: fields.wan,
    missing: missing.facts,
  };
}

/** What a file does not tell, and why. */
export class Missing {
  readonly facts: MissingFact[] = [];

  add(fact: MissingFact['fact'], reason: string): void {
    if (this.facts.length < mostFacts) this.facts.push({ fact, reason: reason.slice(0, longestReason).toWellFormed() });
  }
}

/**
 * The mean that older programs measured. At least one echo came back; how many were sent, and how many were lost, they
 * do not tell.
 */
export function meanWan(target: string, meanMs: number, missing: Missing): WanResult {
  missing.add('wan', 'the file tells a mean of an unknown number of answers: losses are not known');
  return { target, sent: 1, received: 1, minMs: null, medianMs: meanMs, maxMs: null };
}

/** A host of which only its address is known. */
export function bareHost(address: string, status: ReportedHost['status']): ReportedHost {
  return { address, hostname: null, mac: null, vendor: null, status, rttMs: null, os: null, ports: [] };
}

/** Numbers of ports as spans, such as `22,80,8000-8100`, as many as fit. */
export function portsText(ports: Iterable<number>, most: number): { text: string; isWhole: boolean } {
  const sorted = [...new Set(ports)].sort((a, b) => a - b);
  const spans: string[] = [];
  let length = 0;
  for (let i = 0; i < sorted.length; i++) {
    const from = sorted[i]!;
    while (sorted[i + 1] === sorted[i]! + 1) i++;
    const span = from === sorted[i] ? `${from}` : `${from}-${sorted[i]}`;
    length += span.length + 1;
    if (length > most) return { text: spans.join(','), isWhole: false };
    spans.push(span);
  }
  return { text: spans.join(','), isWhole: true };
}
