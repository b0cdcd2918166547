import type { MissingFact, ReportedHost } from '@aerie/contract/reports';
import { type DeepLevel, type Findings, openTcpPorts, type ScanProgress, type ScanRequest } from './findings.ts';
import { type NmapTask, runNmap } from './nmap.ts';

interface NmapScanMeans {
  readonly nmap: string;
  readonly raw: boolean;
  readonly hangsAfterMs?: number;
}

const noRaw = 'nmap may not send raw packets: run the Harvester as root, or give its service CAP_NET_RAW';

/**
 * A scan by steps, each one nmap over all hosts: who is there; the ports of those who are; services, systems and UDP of those
 * that are due, and of open ports only. A step that fails takes nothing from the ones before it.
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
    const failure = await this.#run({ do: 'discover' }, 'discovery', addresses, host => {
      if (host.status === 'up') this.#hosts.set(host.address, host);
    });
    if (failure === undefined) found?.([...this.#hosts.keys()]);
    return failure;
  }

  /** @param instead looks at the ports of hosts that nmap did not come to */
  async look(instead: (addresses: readonly string[]) => Promise<ReportedHost[]>): Promise<void> {
    await this.#lookAtPorts(instead);
    const due = [...this.#hosts.values()].filter(host => host.status === 'up' && (this.#request.isDue?.(host, this.#level) ?? true));
    if (!this.#means.raw) this.#missing.push({ fact: 'os', reason: noRaw });
    await this.#lookAtServices(due);
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
    const failure = await this.#run({ do: 'ports', ports }, 'ports', [...left], take);
    if (left.size === 0) return;
    this.#missing.push({ fact: 'ports', reason: failure ?? `nmap said nothing of ${left.size} hosts` });
    for (const host of await instead([...left])) take(host);
    for (const address of left) this.#hosts.get(address)!.status = 'unknown';
  }

  async #lookAtServices(due: readonly ReportedHost[]): Promise<void> {
    const open = due.filter(host => openTcpPorts(host).length > 0);
    const left = new Set(open.map(({ address }) => address));
    // A host without open ports has nothing to be looked at.
    for (const { address } of due) if (!left.has(address)) this.#deep.add(address);
    if (left.size === 0) return;
    const ports = [...new Set(open.flatMap(openTcpPorts))].sort((a, b) => a - b);
    const failure = await this.#run({ do: 'services', ports }, 'services', [...left], host => {
      if (host.status === 'unknown') return;
      left.delete(host.address);
      this.#deep.add(host.address);
      const known = this.#hosts.get(host.address)!;
      known.os = host.os;
      const seen = new Map(host.ports.map(port => [port.port, port]));
      for (const port of known.ports) {
        const { service = null, product = null, version = null } = seen.get(port.port) ?? {};
        if (port.state === 'open') Object.assign(port, { service, product, version });
      }
    });
    if (left.size === 0) return;
    const reason = failure ?? `${left.size} hosts took too long`;
    this.#missing.push({ fact: 'services', reason });
    if (this.#means.raw) this.#missing.push({ fact: 'os', reason });
  }

  async #lookAtUdp(due: readonly ReportedHost[]): Promise<void> {
    const { udpPorts } = this.#request;
    if (udpPorts.length === 0 || due.length === 0) return;
    if (!this.#means.raw) {
      this.#missing.push({ fact: 'udp', reason: noRaw });
      return;
    }
    const addresses = due.map(({ address }) => address);
    const failure = await this.#run({ do: 'udp', ports: udpPorts }, 'udp', addresses, host => {
      const known = this.#hosts.get(host.address)!;
      known.ports = [...known.ports, ...host.ports.filter(({ protocol }) => protocol === 'udp')];
    });
    if (failure !== undefined) this.#missing.push({ fact: 'udp', reason: failure });
  }

  /** One nmap an address family; the first failure ends the step. */
  async #run(
    task: NmapTask,
    phase: ScanProgress['phase'],
    addresses: readonly string[],
    take: (host: ReportedHost) => void,
  ): Promise<string | undefined> {
    const { signal, packetsPerSecond, progress } = this.#request;
    const total = addresses.length;
    let taken = 0;
    const tell = (done: number) => progress?.({ phase, done: Math.min(done, total), total });
    tell(0);
    for (const family of [4, 6] as const) {
      const some = addresses.filter(address => address.includes(':') === (family === 6));
      if (some.length === 0) continue;
      const failure = await runNmap(task, { ...this.#means, packetsPerSecond, family }, some, {
        signal,
        hangsAfterMs: this.#means.hangsAfterMs,
        host: host => {
          taken += 1;
          take(host);
        },
        progress: percent => tell(Math.max(taken, Math.floor((percent * some.length) / 100))),
      });
      if (failure !== undefined) return failure.slice(0, 300);
    }
    tell(total);
    return undefined;
  }
}
