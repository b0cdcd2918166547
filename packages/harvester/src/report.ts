import type { MissingFact, Policy, Report, ReportedHost } from '@aerie/contract/reports';
import { v7 as uuid } from 'uuid';
import { thisMachine } from './discover/machine.ts';
import { DeviceMemory } from './discover/memory.ts';
import { type Names, namesOf } from './discover/names.ts';
import { allowedBy, mayScanAt } from './policy.ts';
import { type Findings, isLoopback, type ScanProgress, type ScanRequest } from './scan/findings.ts';
import { parsePorts, portsText } from './scan/ports.ts';
import { measureWan } from './wan/wan.ts';

/** With more (host, port) pairs than this, only open ports are reported: a report stays below what Nester takes. */
const mostPairs = 20_000;
/** And the contract's own limits. */
const mostPorts = 4_096;
const mostHosts = 4_096;
const mostFacts = 16;

/** How facts are had; tests give their own. */
export interface Sources {
  scan(request: ScanRequest): Promise<Findings>;
  names(addresses: readonly string[]): Promise<Names>;
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
  /** A sweep looks only who is there; full when absent. */
  readonly kind?: 'full' | 'sweep';
  /** What is known from earlier passes, so that only what is new, changed or due is looked at closely. It learns what is found. */
  readonly memory?: DeviceMemory;
  readonly signal: AbortSignal;
  progress?(progress: ScanProgress): void;
}

/** Looks at what the policy authorises, when it does, and nothing else; says what was found and what could not be. */
export async function makeReport(request: ReportRequest, sources: Sources): Promise<Report> {
  const { policy, signal, memory = new DeviceMemory() } = request;
  const startedAt = sources.now();
  const opening = mayScanAt(policy, startedAt);
  // Outside the windows nothing is touched; the WAN is measured all the same.
  const kind = opening.open ? (request.kind ?? 'full') : 'sweep';
  const allowed = opening.open ? allowedBy(policy, request.targets) : { addresses: [], targets: [], left: 0n };
  const ports = parsePorts(policy.ports) ?? [];
  const names = new NamesInTime(sources);

  const [findings, measured] = await Promise.all([
    opening.open
      ? sources.scan({
          kind,
          ...{ addresses: allowed.addresses, ports, packetsPerSecond: policy.packetsPerSecond, signal },
          udpPorts: policy.udpPorts === '' ? [] : (parsePorts(policy.udpPorts) ?? []),
          closing: opening.until === null ? undefined : AbortSignal.timeout(opening.until - startedAt),
          isDue: (host, level) => memory.isDue(host, level, policy.deepEveryMs, startedAt),
          found: addresses => kind === 'full' && names.ask(addresses),
          progress: request.progress,
        })
      : notNow(opening.until),
    // One scan of a part asks nothing of the WAN's targets that the policy does not.
    sources.wan(policy, signal),
  ]);
  signal.throwIfAborted();
  const { hosts: all, deep, level } = findings;
  const order = new Map(allowed.addresses.map((address, i) => [address, i]));
  const hosts = all.sort((a, b) => order.get(a.address)! - order.get(b.address)!).slice(0, mostHosts);
  if (kind === 'full') names.ask(hosts.map(({ address }) => address));
  const named = await names.all();
  const isLong = kind === 'full' && (ports.length > mostPorts || hosts.length * ports.length > mostPairs);
  const deepOf = ({ address }: ReportedHost) => (deep?.has(address) ? level : undefined);
  const reported = hosts.map(found => {
    const host = { ...found, hostname: named.names.get(found.address) ?? found.hostname };
    if (kind === 'sweep') return swept(host, memory, startedAt);
    const whole = memory.recall(host, deepOf(host), startedAt);
    if (whole.status === 'up') memory.learn(whole, deepOf(host), startedAt);
    return isLong ? { ...whole, ports: whole.ports.filter(({ state }) => state === 'open').slice(0, mostPorts) } : whole;
  });
  memory.save(startedAt);

  const missing: MissingFact[] = [];
  if (allowed.left > 0n)
    missing.push({
      fact: 'hosts',
      reason: `the ranges hold ${allowed.left} more addresses than the ${policy.maxHosts} that one pass looks at`,
    });
  if (all.length > mostHosts) missing.push({ fact: 'hosts', reason: `${all.length} hosts answered: the first ${mostHosts} are listed` });
  missing.push(...findings.missing, ...measured.missing, ...(named.missing ? [named.missing] : []));
  if (isLong)
    missing.push({ fact: 'filtered', reason: `${hosts.length} hosts and ${ports.length} ports are many: only open ports are listed` });
  return {
    v: 1,
    reportId: uuid(),
    probeId: request.probeId,
    version: request.version.slice(0, 40),
    scanner: findings.scanner,
    kind,
    startedAt,
    finishedAt: Math.max(startedAt, sources.now()),
    targets: allowed.targets,
    ports: kind === 'full' ? portsText(ports) : '',
    machine: thisMachine(),
    hosts: reported.map(host => ({ ...host, rttMs: host.rttMs === null ? null : Math.round(host.rttMs * 1_000) / 1_000 })),
    ...measured,
    missing: missing.slice(0, mostFacts),
  };
}

function notNow(until: number | null): Findings {
  const next = until === null ? 'none is to come' : `the next begins at ${new Date(until).toISOString()}`;
  return { scanner: 'tcp', hosts: [], missing: [{ fact: 'hosts', reason: `outside the windows in which it may scan: ${next}` }] };
}

/** A sweep says who is there, and nothing of ports. */
function swept(host: ReportedHost, memory: DeviceMemory, at: number): ReportedHost {
  memory.see(host, at);
  return { ...host, ports: [] };
}

/** Asks for the names of hosts as soon as they are found, while their ports are looked at; never for loopback's. */
class NamesInTime {
  readonly #sources: Sources;
  readonly #asked = new Set<string>();
  readonly #answers: Promise<Names>[] = [];

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  ask(addresses: readonly string[]): void {
    const fresh = addresses.filter(address => !isLoopback(address) && !this.#asked.has(address));
    if (fresh.length === 0) return;
    for (const address of fresh) this.#asked.add(address);
    // Whoever cannot be asked has no names; a failure is seen where they are awaited.
    this.#answers.push(this.#sources.names(fresh).catch(() => ({ names: new Map() })));
  }

  async all(): Promise<Names> {
    const answers = await Promise.all(this.#answers);
    const missing = answers.find(answer => answer.missing)?.missing;
    return { names: new Map(answers.flatMap(({ names }) => [...names])), ...(missing ? { missing } : {}) };
  }
}
