import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { selfSignedCertificate, selfSignedPaths } from '../../../packages/nester/src/self-signed.ts';
import { programPath } from '../../../scripts/programs.ts';
import type { LabHost, Line } from './site.ts';

const network = '10.79.0';
/** Name servers stand apart: a scan of the network does not meet them. */
const nameNetwork = '10.79.1';
const probe = 250;
const nameServers = { names: `${nameNetwork}.1`, mute: `${nameNetwork}.2` } as const;
const readyMs = 20_000;
let made = 0;

export interface LanOptions {
  /** For what it writes; the caller removes it. */
  folder: string;
  hosts: readonly LabHost[];
  /** Simulated hosts besides: so many from address 1 on. They answer ARP and ping, and refuse TCP. */
  crowd?: number;
  /** The probe's own line; without it, as fast as the machine. */
  line?: Line;
  /** The processor that the hosts run on. */
  core?: number | undefined;
}

/** How a program in the probe's place ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  seconds: number;
}

export interface ProbeProgram {
  env?: NodeJS.ProcessEnv;
  core?: number | undefined;
  /** The name server that never answers, instead of the one that knows the hosts. */
  withoutNames?: boolean;
}

/**
 * A switched network of hosts and a probe, each in a network namespace of its own: 10.79.0.0/24, with no way out and no trace in
 * the machine's own network. Needs root, ip, mount and python3.
 */
export class Lan {
  readonly cidr = `${network}.0/24`;
  /** Where the probe is in it. */
  readonly ownAddress = `${network}.${probe}`;
  readonly #options: LanOptions;
  readonly #prefix = `aerie-${process.pid}-${++made}-`;
  readonly #namespaces: string[] = [];
  readonly #children = new Set<ChildProcess>();
  readonly #end = () => this.down();
  #ledger: { process: ChildProcess; lines: Interface } | undefined;

  private constructor(options: LanOptions) {
    this.#options = options;
    process.once('exit', this.#end);
  }

  static async open(options: LanOptions): Promise<Lan> {
    const lan = new Lan(options);
    try {
      await lan.#build();
      return lan;
    } catch (error) {
      lan.down();
      throw error;
    }
  }

  address(number: number): string {
    return `${network}.${number}`;
  }

  /** Runs a program in the probe's place to its end. */
  async run(command: readonly string[], how: ProbeProgram = {}): Promise<Ended> {
    const before = performance.now();
    const child = this.start(command, how);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name]!.setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return { code, signal, ...said, seconds: (performance.now() - before) / 1_000 };
  }

  /** Starts a program in the probe's place. It ends with the network. */
  start(command: readonly string[], { env = process.env, core, withoutNames = false }: ProbeProgram = {}): ChildProcess {
    const names = join(this.#options.folder, withoutNames ? 'mute.conf' : 'names.conf');
    // The mount is seen by this program alone: `ip netns exec` gives it mounts of its own.
    const withNames = ['/bin/sh', '-c', '/usr/bin/mount --bind "$0" /etc/resolv.conf && exec "$@"', names];
    const pinned = core === undefined ? command : ['/usr/bin/taskset', '-c', String(core), ...command];
    return this.#spawn('probe', [...withNames, ...pinned], env);
  }

  /** Pulls a host's plug, or puts it in again. */
  plug(number: number, isIn: boolean): void {
    this.#ip(`link set to-h${number} ${isIn ? 'up' : 'down'}`, 'switch');
  }

  /** What left the probe since the last call, by the address that it was for: packets, and ARP requests. */
  async sent(): Promise<Record<string, number>> {
    const { process, lines } = this.#ledger!;
    const line = once(lines, 'line', { signal: AbortSignal.timeout(readyMs) });
    process.stdin!.write('\n');
    return JSON.parse((await line)[0] as string) as Record<string, number>;
  }

  /** Counts from now on what leaves the probe, for `sent`. */
  async count(): Promise<void> {
    const child = this.#spawn('probe', this.#python('ledger.py', 'eth0'));
    const lines = createInterface({ input: child.stdout! });
    await isReady(child, lines, 'ledger.py');
    this.#ledger = { process: child, lines };
  }

  /** Ends what runs in it and takes it away. */
  down(): void {
    process.off('exit', this.#end);
    for (const child of this.#children) child.kill('SIGKILL');
    for (const name of this.#namespaces.splice(0)) {
      try {
        execFileSync(programPath('netns')!, ['netns', 'del', name], { stdio: 'ignore' });
      } catch {
        // It was not there: the network was being made when it failed.
      }
    }
  }

  async #build(): Promise<void> {
    const { folder, hosts, crowd = 0, line } = this.#options;
    this.#namespace('switch');
    // A bridge that listens for groups asks all hosts who is in one.
    this.#ip('link add br0 type bridge forward_delay 0 mcast_snooping 0\nlink set br0 up', 'switch');
    await this.#attach('probe', this.ownAddress, { line });
    this.#ip(`addr add ${nameNetwork}.${probe}/24 dev eth0`, 'probe');
    for (const [name, address] of Object.entries(nameServers)) await this.#attach(name, address, {});
    for (const host of hosts) {
      await this.#attach(`h${host.number}`, this.address(host.number), host);
      if (host.filtered) this.#filter(`h${host.number}`, host.filtered);
    }
    if (crowd > 0) {
      await this.#play('switch', this.#python('crowd.py', 'crowd0', network, '1', String(crowd)), 'crowd.py');
      this.#ip('link set crowd0 master br0 up', 'switch');
    }
    await this.#serve(folder, hosts);
  }

  /** Puts a namespace with one address on the switch, by a cable or by a slow line. */
  async #attach(name: string, address: string, { mac, line }: Pick<LabHost, 'mac' | 'line'>): Promise<void> {
    const netns = this.#namespace(name);
    const [near, far] = [`to-${name}`, 'eth0'];
    if (line) {
      const { delayMs, jitterMs, lossPercent } = line;
      const figures = [delayMs, jitterMs, lossPercent].map(String);
      await this.#play('switch', this.#python('link.py', `${this.#prefix}switch`, near, netns, far, ...figures), 'link.py');
    } else {
      this.#ip(`link add ${near} type veth peer name ${far} netns ${netns}`, 'switch');
    }
    this.#ip(`link set ${near} master br0 up`, 'switch');
    // Without addrgenmode none, the kernel looks for neighbours by IPv6.
    const steps = ['lo up', ...(mac ? [`${far} address ${mac}`] : []), `${far} addrgenmode none`].map(step => `link set ${step}`);
    this.#ip([...steps, `addr add ${address}/24 dev ${far}`, `link set ${far} up`].join('\n'), name);
  }

  /** The look-up of the way of what comes to these ports finds a black hole: no answer, as of a firewall. */
  #filter(name: string, ports: string): void {
    // The rule for the host's own addresses must come after it.
    this.#ip(`rule add pref 10 iif eth0 ipproto tcp dport ${ports} blackhole\nrule add pref 20 lookup local\nrule del pref 0`, name);
  }

  /** Starts the services of all hosts, and the two name servers. */
  async #serve(folder: string, hosts: readonly LabHost[]): Promise<void> {
    await selfSignedCertificate(folder, Date.now());
    const { certFile, keyFile } = selfSignedPaths(folder);
    const names = Object.fromEntries(hosts.flatMap(({ number, name }) => (name ? [[this.address(number), name]] : [])));
    const plays = [
      { hosts: hosts.map(({ number, services }) => ({ netns: `${this.#prefix}h${number}`, services })), resolver: 'names', mute: false },
      { hosts: [], resolver: 'mute', mute: true },
    ] as const;
    for (const { hosts: played, resolver: server, mute } of plays) {
      const file = join(folder, `${server}.json`);
      const answering = { netns: `${this.#prefix}${server}`, names, mute };
      writeFileSync(file, JSON.stringify({ hosts: played, resolver: answering, certificate: certFile, key: keyFile }));
      writeFileSync(join(folder, `${server}.conf`), `nameserver ${nameServers[server]}\n`);
      await this.#play('switch', this.#python('hosts.py', file), 'hosts.py');
    }
  }

  #python(program: string, ...args: string[]): string[] {
    const { core } = this.#options;
    const pinned = core === undefined ? [] : ['/usr/bin/taskset', '-c', String(core)];
    return [...pinned, programPath('python3')!, '-B', join(import.meta.dirname, program), ...args];
  }

  async #play(name: string, command: readonly string[], what: string): Promise<void> {
    const child = this.#spawn(name, command);
    await isReady(child, createInterface({ input: child.stdout! }), what);
  }

  #spawn(name: string, command: readonly string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
    const child = spawn(programPath('netns')!, ['netns', 'exec', `${this.#prefix}${name}`, ...command], { env, stdio: 'pipe' });
    child.stdin.on('error', () => {});
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }

  #namespace(name: string): string {
    const netns = `${this.#prefix}${name}`;
    execFileSync(programPath('netns')!, ['netns', 'add', netns], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#namespaces.push(netns);
    return netns;
  }

  #ip(lines: string, name: string): void {
    const args = ['-n', `${this.#prefix}${name}`, '-batch', '-'];
    execFileSync(programPath('netns')!, args, { input: `${lines}\n`, stdio: ['pipe', 'ignore', 'pipe'] });
  }
}

/** Resolves when a program of the lab has said that it is ready. */
async function isReady(child: ChildProcess, lines: Interface, what: string): Promise<void> {
  let complaint = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  const ended = once(child, 'close').then(() => {
    throw new Error(`${what} of the lab ended:\n${complaint}`);
  });
  ended.catch(() => {});
  await Promise.race([once(lines, 'line', { signal: AbortSignal.timeout(readyMs) }), ended]);
}
