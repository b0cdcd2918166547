import type { Policy } from '@aerie/contract/reports';
import { allowedBy, mayScanAt } from '../policy.ts';
import { knockPorts } from './nmap.ts';
import { parsePorts } from './ports.ts';
import type { Means } from './scan.ts';

/** What a scan would touch, by which means, and about how long. */
export interface ScanPlan {
  readonly targets: string[];
  readonly addresses: string[];
  /** Addresses that one pass leaves out. */
  readonly left: bigint;
  readonly ports: string;
  readonly udpPorts: string;
  readonly steps: string[];
  readonly packetsPerSecond: number;
  /** Packets and seconds at most, if every address answered. */
  readonly packets: number;
  readonly seconds: number;
  /** When it may begin, if not now; null when no window is to come. */
  readonly notBefore: number | null | undefined;
}

/** Packets to one address, at most, to find out whether somebody is there: each way, asked again. */
const discoveryPackets = 15;
const tries = 3;

/** Works out a scan without sending anything. */
export function planScan(policy: Policy, asked: readonly string[] | undefined, means: Pick<Means, 'nmap' | 'raw'>, now: number): ScanPlan {
  const { addresses, targets, left } = allowedBy(policy, asked);
  const ports = parsePorts(policy.ports)?.length ?? 0;
  const udp = policy.udpPorts === '' ? 0 : (parsePorts(policy.udpPorts)?.length ?? 0);
  const withUdp = means.nmap !== undefined && means.raw && udp > 0;
  const discovery = means.nmap === undefined ? 0 : means.raw ? discoveryPackets : knockPorts.length * 2;
  const packets = addresses.length * (discovery + (ports + (withUdp ? udp : 0)) * tries);
  const opening = mayScanAt(policy, now);
  return {
    targets,
    addresses,
    left,
    ports: policy.ports,
    udpPorts: withUdp ? policy.udpPorts : '',
    steps: stepsBy(means, withUdp),
    packetsPerSecond: policy.packetsPerSecond,
    packets,
    seconds: Math.ceil(packets / policy.packetsPerSecond),
    notBefore: opening.open ? undefined : opening.until,
  };
}

function stepsBy({ nmap, raw }: Pick<Means, 'nmap' | 'raw'>, withUdp: boolean): string[] {
  const pages = 'certificates and page titles of open TLS and web ports';
  if (nmap === undefined) return ['who is there and which ports are open: TCP connections of our own (nmap is not installed)', pages];
  return [
    raw
      ? 'who is there: nmap, by ARP, ICMP and TCP 22, 80, 443, 445'
      : `who is there: nmap, by connections to TCP ${knockPorts.join(', ')}`,
    raw ? 'which ports are open: nmap, half-open TCP (-sS)' : 'which ports are open: nmap, TCP connections (-sT)',
    raw ? 'services and system of new, changed or due devices: nmap (-sV -O)' : 'services of new, changed or due devices: nmap (-sV)',
    ...(withUdp ? ['UDP ports of new, changed or due devices: nmap (-sU)'] : []),
    pages,
  ];
}
