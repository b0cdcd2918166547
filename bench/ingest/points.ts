import type { Report } from '@aerie/contract';
import { newId } from '../../packages/nester/src/new-id.ts';

export const hosts = 20;
export const portsPerHost = 5;

/** One load: what is new in each report of a site. */
export interface Point {
  key: 'still' | 'little' | 'five' | 'all';
  title: string;
}

export const points: readonly Point[] = [
  { key: 'still', title: 'nothing but times changes' },
  { key: 'little', title: 'two ports of 100 change' },
  { key: 'five', title: 'five devices change' },
  { key: 'all', title: 'every host and every port changes' },
];

/** When services were last looked at closely: once a day. */
const lookedAt = Date.now() - 3_600_000;
const numbers = [22, 80, 443, 445, 8080];

/** The nth report of a probe, as the Harvester writes it: twenty hosts with five open ports each, and what the link to the Internet is like. */
export function reportOf(probeId: string, n: number, at: number, change: Point['key']): Report {
  return {
    v: 1,
    reportId: newId(),
    probeId,
    version: '0.1.0',
    scanner: 'nmap',
    kind: 'full',
    startedAt: at,
    finishedAt: at,
    targets: ['10.0.0.0/24'],
    ports: '22,80,443,445,8080',
    machine: { name: 'bench', addresses: ['10.0.0.250'] },
    hosts: Array.from({ length: hosts }, (_, host) => ({
      address: `10.0.0.${host + 1}`,
      hostname: nameOf(change, n, host),
      mac: `00:11:22:33:44:${host.toString(16).padStart(2, '0')}`,
      vendor: 'Example',
      status: 'up',
      rttMs: ((n * 7 + host) % 90) / 100,
      os: null,
      ports: Array.from({ length: portsPerHost }, (_, port) => ({
        port: numbers[port]!,
        protocol: 'tcp',
        state: 'open',
        service: 'http',
        product: null,
        version: `1.${versionOf(change, n, host, port)}`,
      })),
      deepAt: lookedAt,
    })),
    wan: [
      { target: '192.0.2.1', role: 'internet', sent: 10, received: 10, minMs: 9, medianMs: 10 + (n % 7) / 10, maxMs: 12, jitterMs: 0.4 },
    ],
    missing: [],
  };
}

/** In each report the next five devices have another name, and another version behind one of their ports. */
const changing = 5;
const lastTurn = (n: number, host: number) => n - ((n + hosts / changing - Math.floor(host / changing)) % (hosts / changing));

function nameOf(change: Point['key'], n: number, host: number): string {
  if (change === 'all') return `host-${host}-${n}`;
  return change === 'five' ? `host-${host}-${Math.max(0, lastTurn(n, host))}` : `host-${host}`;
}

function versionOf(change: Point['key'], n: number, host: number, port: number): number {
  if (change === 'all') return n;
  if (port !== 0) return 0;
  if (change === 'five') return Math.max(0, lastTurn(n, host));
  // One of this turn's, and the one of the turn before, which is again as it was.
  return change === 'little' && host === n % hosts ? n : 0;
}
