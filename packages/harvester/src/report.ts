import type { MissingFact, Policy, Report, ReportedHost } from '@aerie/contract/reports';
import { v7 as uuid } from 'uuid';
import { thisMachine } from './discover/machine.ts';
import { namesOf } from './discover/names.ts';
import { addressesOf, authorised, blockText, mostAddresses } from './policy.ts';
import type { Findings, ScanRequest } from './scan/findings.ts';
import { isLoopback } from './scan/nmap.ts';
import { parsePorts, portsText } from './scan/ports.ts';
import { measureWan } from './wan/wan.ts';

/** With more (host, port) pairs than this, only open ports are reported: a report stays below what Nester takes. */
const mostPairs = 20_000;
/** And the contract's own limit. */
const mostPorts = 4_096;
const mostFacts = 16;

/** How facts are had; tests give their own. */
export interface Sources {
  scan(request: ScanRequest): Promise<Findings>;
  names(addresses: readonly string[]): Promise<ReadonlyMap<string, string>>;
  wan: typeof measureWan;
  now(): number;
}

/** Names by the system's resolver, the WAN by ping or TCP, and the clock. */
export const systemSources: Omit<Sources, 'scan'> = { names: namesOf, wan: measureWan, now: Date.now };

export interface ReportRequest {
  readonly probeId: string;
  readonly version: string;
  readonly policy: Policy;
  /** What to look at of what the policy authorises; all of it when absent. */
  readonly targets?: readonly string[];
  readonly signal: AbortSignal;
}

/** Looks at what the policy authorises, and nothing else, and says what was found and what could not be. */
export async function makeReport({ probeId, version, policy, targets, signal }: ReportRequest, sources: Sources): Promise<Report> {
  const startedAt = sources.now();
  const blocks = authorised(targets ?? policy.ranges, policy.ranges);
  const { addresses, left } = addressesOf(blocks);
  const ports = parsePorts(policy.ports) ?? [];
  const missing: MissingFact[] = [];
  if (left) missing.push({ fact: 'hosts', reason: `the ranges hold more than ${mostAddresses} addresses; the others were not looked at` });

  const [findings, measured] = await Promise.all([
    sources.scan({ addresses, ports, signal }),
    // One scan of a part asks nothing of the WAN's targets that the policy does not.
    sources.wan(policy, signal),
  ]);
  signal.throwIfAborted();
  const outside = findings.hosts.filter(({ address }) => !isLoopback(address)).map(({ address }) => address);
  const names = outside.length === 0 ? new Map<string, string>() : await sources.names(outside);
  missing.push(...findings.missing, ...measured.missing);
  const onlyOpen = ports.length > mostPorts || findings.hosts.length * ports.length > mostPairs;
  if (onlyOpen)
    missing.push({
      fact: 'filtered',
      reason: `${findings.hosts.length} hosts and ${ports.length} ports are many: only open ports are listed`,
    });

  return {
    v: 1,
    reportId: uuid(),
    probeId,
    version: version.slice(0, 40),
    scanner: findings.scanner,
    startedAt,
    finishedAt: Math.max(startedAt, sources.now()),
    targets: blocks.slice(0, 256).map(blockText),
    ports: portsText(ports),
    machine: thisMachine(),
    hosts: findings.hosts.map(host => tidied(host, names, onlyOpen)),
    ...measured,
    missing: missing.slice(0, mostFacts),
  };
}

function tidied(host: ReportedHost, names: ReadonlyMap<string, string>, onlyOpen: boolean): ReportedHost {
  return {
    ...host,
    hostname: names.get(host.address) ?? host.hostname,
    rttMs: host.rttMs === null ? null : Math.round(host.rttMs * 1_000) / 1_000,
    ports: onlyOpen ? host.ports.filter(({ state }) => state === 'open').slice(0, mostPorts) : host.ports,
  };
}
