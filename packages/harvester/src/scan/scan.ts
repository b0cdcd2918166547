import type { MissingFact, ReportedHost } from '@aerie/contract/reports';
import { isRandomMac, ownMacs, readNeighbours } from '../discover/neighbours.ts';
import { readVendors, type VendorOf } from '../discover/vendors.ts';
import { findProgram } from '../programs.ts';
import { type Findings, isLoopback, type ScanRequest } from './findings.ts';
import { maySendRaw } from './nmap.ts';
import { NmapScan } from './nmap-scan.ts';
import { lookAtPages } from './pages.ts';
import { scanWithTcp } from './tcp.ts';

/** The means that a scan may use. */
export interface Means {
  /** Where nmap is; undefined when there is none. */
  readonly nmap: string | undefined;
  readonly raw: boolean;
  /** How long nmap may take; the built-in scan has as long again. */
  readonly limitMs: number;
  /** When an nmap that says nothing counts as hanging. */
  readonly hangsAfterMs?: number;
}

const limitMs = 30 * 60_000;

/** What this machine has. */
export function meansHere(): Means {
  return { nmap: findProgram('nmap'), raw: maySendRaw(), limitMs };
}

/**
 * Looks who is there, at which ports, and, for hosts that are due, what runs on them: with nmap; without it, or where it fails,
 * with TCP connections. What could not be learnt stands in `missing`, with the reason.
 */
export async function scan(request: ScanRequest, means: Means): Promise<Findings> {
  if (request.addresses.length === 0)
    return { scanner: 'tcp', hosts: [], missing: [{ fact: 'hosts', reason: 'no address is authorised' }] };
  const within = (ms: number): ScanRequest => {
    const ends = [request.signal, request.closing, AbortSignal.timeout(ms)].filter(signal => signal !== undefined);
    return { ...request, signal: AbortSignal.any(ends) };
  };
  const findings =
    means.nmap === undefined
      ? await withoutNmap(within(means.limitMs), 'nmap is not installed: apt-get install nmap', [])
      : await withNmap(within, means.nmap, means);
  request.signal.throwIfAborted();
  return { ...findings, missing: [...findings.missing, ...(await finish(findings, within(means.limitMs)))] };
}

async function withNmap(within: (ms: number) => ScanRequest, nmap: string, means: Means): Promise<Findings> {
  const limited = within(means.limitMs);
  const run = new NmapScan(limited, { nmap, raw: means.raw, hangsAfterMs: means.hangsAfterMs });
  const failure = await run.discover();
  if (failure !== undefined) return withoutNmap(within(means.limitMs), failure, run.hosts());
  if (limited.kind === 'full') await run.look(rest => scanPorts(within(means.limitMs), rest));
  return run.findings();
}

/** @param found by an nmap that did not come to its end */
async function withoutNmap(request: ScanRequest, reason: string, found: readonly ReportedHost[]): Promise<Findings> {
  const isSweep = request.kind === 'sweep';
  const before = new Set(readNeighbours().keys());
  const known = new Map(found.map(host => [host.address, host]));
  const { hosts, missing } = await scanWithTcp({
    ...request,
    awake: new Set(known.keys()),
    presence: isSweep,
    progress: (done, total) => request.progress?.({ phase: isSweep ? 'discovery' : 'ports', done, total }),
  });
  const seen = new Map(hosts.map(host => [host.address, host]));
  for (const [address, { mac, vendor, rttMs }] of known) {
    const host = seen.get(address);
    if (host) Object.assign(host, { mac, vendor });
    else hosts.push({ ...silentHost(address, isSweep), mac, vendor, rttMs });
  }
  // Who gave its hardware address just now is there, though no port of it answered.
  for (const address of readNeighbours().keys())
    if (!before.has(address) && request.addresses.includes(address) && !seen.has(address) && !known.has(address))
      hosts.push(silentHost(address, isSweep));
  request.found?.(hosts.map(({ address }) => address));
  const facts: MissingFact['fact'][] = isSweep ? [] : ['services', 'os', ...(request.udpPorts.length > 0 ? (['udp'] as const) : [])];
  const why = facts.map((fact): MissingFact => ({ fact, reason: reason.slice(0, 300) }));
  return { scanner: 'tcp', hosts, missing: [...why, ...missing], deep: isSweep ? new Set() : dueOf(hosts, request, 0), level: 0 };
}

/** It is there, and says nothing: of its ports nothing is known. */
function silentHost(address: string, isSweep: boolean): ReportedHost {
  const status = isSweep ? 'up' : 'unknown';
  return { address, hostname: null, mac: null, vendor: null, status, rttMs: null, os: null, ports: [] };
}

async function scanPorts(request: ScanRequest, addresses: readonly string[]): Promise<ReportedHost[]> {
  const { hosts } = await scanWithTcp({ ...request, addresses, awake: new Set(addresses), progress: undefined });
  return hosts;
}

function dueOf(hosts: readonly ReportedHost[], request: ScanRequest, level: 0 | 1 | 2): Set<string> {
  return new Set(hosts.filter(host => request.isDue?.(host, level) ?? true).map(({ address }) => address));
}

/** What is learnt besides: hardware addresses from the kernel's table, makers, certificates and titles. */
async function finish({ hosts, deep }: Findings, request: ScanRequest): Promise<MissingFact[]> {
  const macs = new Map([...readNeighbours(), ...ownMacs()]);
  let vendorOf: VendorOf | undefined;
  for (const host of hosts) {
    if (isLoopback(host.address)) continue;
    host.mac ??= macs.get(host.address) ?? null;
    if (host.mac === null) continue;
    if (isRandomMac(host.mac)) host.randomMac = true;
    vendorOf ??= readVendors() ?? (() => null);
    host.vendor ??= vendorOf(host.mac);
  }
  if (request.kind === 'full')
    await lookAtPages(
      hosts.filter(({ address }) => deep?.has(address)),
      request,
    );
  return request.kind === 'full' ? missingMacs(hosts) : [];
}

function missingMacs(hosts: readonly ReportedHost[]): MissingFact[] {
  const outside = hosts.filter(({ address }) => !isLoopback(address));
  const without = outside.filter(({ mac }) => mac === null).length;
  if (without === 0) return [];
  return [
    { fact: 'mac', reason: `${without} of ${outside.length} hosts are not on a network of this machine: their MAC does not come this far` },
  ];
}
