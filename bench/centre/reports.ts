import type { Report } from '@aerie/contract';
import { reportOf } from '../ingest/points.ts';
import { devicesPerSite, hostnameOf, macOf, ports } from './devices.ts';

/** The nth report of a site, of all devices that it has: one of them has another version behind one of its ports. */
export function centreReport(probeId: string, site: number, n: number, at: number): Report {
  return {
    ...reportOf(probeId, n, at, 'still'),
    ports: ports.join(),
    hosts: Array.from({ length: devicesPerSite }, (_, host) => ({
      address: `10.0.0.${host + 1}`,
      hostname: hostnameOf(site, host),
      mac: macOf(site, host),
      vendor: 'Example',
      status: 'up',
      rttMs: ((n * 7 + host) % 90) / 100,
      os: null,
      ports: ports.map((port, i) => ({
        port,
        protocol: 'tcp',
        state: 'open',
        service: 'http',
        product: 'Example httpd',
        version: i === 0 && host === n % devicesPerSite ? `2.${n}` : '2.4',
      })),
    })),
  };
}
