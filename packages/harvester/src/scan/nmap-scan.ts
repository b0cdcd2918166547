import type { MissingFact, ReportedHost } from '@aerie/contract/reports';
import { type DeepLevel, type Findings, openTcpPorts, type ScanProgress, type ScanRequest } from './findings.ts';
import { impatientProbes, waitsForWords } from './greetings.ts';
import { type NmapTask, runNmap } from './nmap.ts';

interface NmapScanMeans {
  readonly nmap: string;
  readonly raw: boolean;
  readonly hangsAfterMs?: number;
}

const noRaw = 'nmap may not send raw packets: run the Harvester as root, or give its service CAP_NET_RAW';

/** What one nmap is to learn of some hosts, beside others. */
interface Look {
  readonly fact: 'services' | 'os';
  readonly task: NmapTask;
  readonly addresses: readonly string[];
}

/** How far a run is: so many of its hosts. */
type Tell = (done: number, total: number) => void;

interface RunHow {
  take(host: ReportedHost): void;
  readonly tell: Tell;
  /** So many run at once, and share the rate. */
  readonly sideBySide?: number;
  readonly yields?: boolean;
}

/**
 * A scan by steps, each over all hosts: who is there; the ports of those who are; services, systems and UDP of those that are
 * due, and of open ports only. A step is one nmap, or three side by side. One that fails takes nothing from the ones before it.
 */
export class NmapScan {
  readonly #request: ScanRequest;
  readonly #means: NmapScanMeans;
  readonly #level: DeepLevel;
  readonly #hosts = new Map<string, ReportedHost>();
  readonly #deep = new Set<string>();
  readonly #missing: MissingFact[] = [];

  constructor(request: ScanRequest, means: NmapScanMeans) {
    this.#request = request;
    this.#means = means;
    this.#level = means.raw ? 2 : 1;
  }

  /** @returns why it is not known who is there; undefined when it is */
  async discover(): Promise<string | undefined> {
    const { addresses, found } = this.#request;
    const failure = await this.#run({ do: 'discover' }, addresses, {
      take: host => host.status === 'up' && this.#hosts.set(host.address, host),
      tell: this.#teller('discovery'),
    });
    if (failure === undefined) found?.([...this.#hosts.keys()]);
    return failure;
  }

  /** @param instead looks at the ports of hosts that nmap did not come to */
  async look(instead: (addresses: readonly string[]) => Promise<ReportedHost[]>): Promise<void> {
    await this.#lookAtPorts(instead);
    const due = [...this.#hosts.values()].filter(host => host.status === 'up' && (this.#request.isDue?.(host, this.#level) ?? true));
    if (!this.#means.raw) this.#missing.push({ fact: 'os', reason: noRaw });
    await this.#lookClosely(due);
    await this.#lookAtUdp(due);
  }

  hosts(): ReportedHost[] {
    return [...this.#hosts.values()];
  }

  findings(): Findings {
    return { scanner: 'nmap', hosts: this.hosts(), missing: this.#missing, deep: this.#deep, level: this.#level };
  }

  async #lookAtPorts(instead: (addresses: readonly string[]) => Promise<ReportedHost[]>): Promise<void> {
    const { ports } = this.#request;
    const left = new Set(this.#hosts.keys());
    const take = (host: ReportedHost) => {
      const known = this.#hosts.get(host.address)!;
      left.delete(host.address);
      known.ports = host.ports;
      known.rttMs ??= host.rttMs;
      // Its discovery has shown that it is there; that it took too long leaves its ports unknown.
      if (host.status === 'unknown') known.status = 'unknown';
    };
    const failure = await this.#run({ do: 'ports', ports }, [...left], { take, tell: this.#teller('ports') });
    if (left.size === 0) return;
    this.#missing.push({ fact: 'ports', reason: failure ?? `nmap said nothing of ${left.size} hosts` });
    for (const host of await instead([...left])) take(host);
    for (const address of left) this.#hosts.get(address)!.status = 'unknown';
  }

  /**
   * Services where nobody greets, the others, and systems: one nmap each, which share the rate. The first are most of a site's
   * and the slowest, and by far the most of their time is waiting for a greeting.
   */
  async #lookClosely(due: readonly ReportedHost[]): Promise<void> {
    const probes = due.some(host => openTcpPorts(host).some(waitsForWords)) ? impatientProbes(this.#means.nmap) : undefined;
    try {
      const looks = this.#looksAt(due, probes?.path);
      const shares = looks.map(() => 0);
      const tell = this.#teller('services');
      const left = await Promise.all(
        looks.map((look, i) =>
          this.#look(look, {
            sideBySide: looks.length,
            // The first takes longest: beginning is work for a processor, and three begin at once.
            yields: i > 0,
            tell(done, total) {
              shares[i] = done / total / looks.length;
              tell(Math.floor(shares.reduce((sum, share) => sum + share, 0) * due.length), due.length);
            },
          }),
        ),
      );
      const incomplete = new Set(left.flat());
      for (const { address } of due) if (!incomplete.has(address)) this.#deep.add(address);
    } finally {
      probes?.remove();
    }
  }

  #looksAt(due: readonly ReportedHost[], probes: string | undefined): Look[] {
    const greets = (port: number) => !waitsForWords(port);
    const all = (_: number) => true;
    return [
      ...lookAt('services', waitsForWords, due, ports => ({ do: 'services', ports, probes })),
      ...lookAt('services', greets, due, ports => ({ do: 'services', ports })),
      ...(this.#means.raw ? lookAt('os', all, due, ports => ({ do: 'systems', ports })) : []),
    ];
  }

  /** @returns the addresses that it could not come to */
  async #look({ fact, task, addresses }: Look, how: Omit<RunHow, 'take'>): Promise<string[]> {
    const left = new Set(addresses);
    const take = (host: ReportedHost) => {
      if (host.status === 'unknown') return;
      left.delete(host.address);
      const known = this.#hosts.get(host.address)!;
      if (fact === 'os') known.os = host.os;
      else tellServices(known, host);
    };
    const failure = await this.#run(task, addresses, { ...how, take });
    if (left.size > 0 && !this.#missing.some(missing => missing.fact === fact))
      this.#missing.push({ fact, reason: failure ?? `${left.size} hosts took too long` });
    return [...left];
  }

  async #lookAtUdp(due: readonly ReportedHost[]): Promise<void> {
    const { udpPorts } = this.#request;
    if (udpPorts.length === 0 || due.length === 0) return;
    if (!this.#means.raw) {
      this.#missing.push({ fact: 'udp', reason: noRaw });
      return;
    }
    const addresses = due.map(({ address }) => address);
    const take = (host: ReportedHost) => {
      const known = this.#hosts.get(host.address)!;
      known.ports = [...known.ports, ...host.ports.filter(({ protocol }) => protocol === 'udp')];
    };
    const failure = await this.#run({ do: 'udp', ports: udpPorts }, addresses, { take, tell: this.#teller('udp') });
    if (failure !== undefined) this.#missing.push({ fact: 'udp', reason: failure });
  }

  #teller(phase: ScanProgress['phase']): Tell {
    return (done, total) => this.#request.progress?.({ phase, done: Math.min(done, total), total });
  }

  /** One nmap an address family; the first failure ends the run. */
  async #run(task: NmapTask, addresses: readonly string[], { take, tell, sideBySide = 1, yields }: RunHow): Promise<string | undefined> {
    const { signal } = this.#request;
    const packetsPerSecond = Math.max(1, Math.floor(this.#request.packetsPerSecond / sideBySide));
    const total = addresses.length;
    let taken = 0;
    tell(0, total);
    for (const family of [4, 6] as const) {
      const some = addresses.filter(address => address.includes(':') === (family === 6));
      if (some.length === 0) continue;
      const failure = await runNmap(task, { ...this.#means, packetsPerSecond, family }, some, {
        signal,
        hangsAfterMs: this.#means.hangsAfterMs,
        yields,
        host: host => {
          taken += 1;
          take(host);
        },
        progress: percent => tell(Math.max(taken, Math.floor((percent * some.length) / 100)), total),
      });
      if (failure !== undefined) return failure.slice(0, 300);
    }
    tell(total, total);
    return undefined;
  }
}

/** One look at the hosts that have such ports open; none when no host has. */
function lookAt(
  fact: Look['fact'],
  isMeant: (port: number) => boolean,
  due: readonly ReportedHost[],
  task: (ports: readonly number[]) => NmapTask,
): Look[] {
  const open = due.map(host => ({ address: host.address, ports: openTcpPorts(host).filter(isMeant) }));
  const meant = open.filter(({ ports }) => ports.length > 0);
  const ports = [...new Set(meant.flatMap(host => host.ports))].sort((a, b) => a - b);
  return meant.length === 0 ? [] : [{ fact, task: task(ports), addresses: meant.map(({ address }) => address) }];
}

/** What is known of the ports of a host, and what one nmap has learnt of some of them. */
function tellServices(known: ReportedHost, learnt: ReportedHost): void {
  const seen = new Map(learnt.ports.map(port => [port.port, port]));
  for (const port of known.ports) {
    const found = seen.get(port.port);
    if (port.state !== 'open' || !found) continue;
    const { service, product, version } = found;
    Object.assign(port, { service, product, version });
  }
}
