import type { Report } from '@aerie/contract';

export const hosts = 20;
export const portsPerHost = 5;

/** One load: what is new in each report of a site. */
export interface Point {
  key: 'little' | 'all';
  title: string;
}

export const points: readonly Point[] = [
  { key: 'little', title: 'two ports of 100 change' },
  { key: 'all', title: 'every host and every port changes' },
];

const numbers = [22, 80, 443, 445, 8080];

/** The nth report of a probe: twenty hosts with five open ports each, and what the link to the Internet is like. */
export function reportOf(probeId: string, n: number, at: number, change: Point['key']): Report {
  const turn = (host: number, port: number) => (change === 'all' || (host === n % hosts && port === 0) ? n : 0);
  return {
    v: 1,
    reportId: `${probeId}-${n}`,
    probeId,
    version: '0.1.0',
    scanner: 'nmap',
    startedAt: at,
    finishedAt: at,
    targets: ['10.0.0.0/24'],
    ports: '22,80,443,445,8080',
    machine: { name: 'bench', addresses: ['10.0.0.250'] },
    hosts: Array.from({ length: hosts }, (_, host) => ({
      address: `10.0.0.${host + 1}`,
      hostname: change === 'all' ? `host-${host}-${n}` : `host-${host}`,
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
        version: `1.${turn(host, port)}`,
      })),
    })),
    wan: [{ target: '192.0.2.1', sent: 10, received: 10, minMs: 9, medianMs: 10 + (n % 7) / 10, maxMs: 12 }],
    missing: [],
  };
}
