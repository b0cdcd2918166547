import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { program } from '../kit/needs.ts';
import { within } from '../kit/wait.ts';

const readyMs = 10_000;
const listeners = join(import.meta.dirname, 'listeners.ts');
/** The last number of each host's address. */
const hosts = { server: 1, printer: 2, stranger: 3, probe: 250 } as const;

type Host = keyof typeof hosts;

/**
 * A switched network of a few real hosts, each in a network namespace of its own: 10.78.0.0/24, with no way out and no trace in
 * the machine's own network. For suites that say `needs('netns')`.
 */
export class LabNetwork {
  readonly #ip = program('netns');
  readonly #prefix = `aerie-lab-${process.pid}-`;
  readonly #running: ChildProcess[] = [];
  readonly #killAll = () => this.#kill();

  constructor() {
    process.once('exit', this.#killAll);
    const bridge = this.#name('switch');
    this.#run('netns', 'add', bridge);
    // A bridge that listens for groups asks all hosts who is in one.
    this.#in('switch', 'link', 'add', 'br0', 'type', 'bridge', 'forward_delay', '0', 'mcast_snooping', '0');
    this.#in('switch', 'link', 'set', 'br0', 'up');
    for (const [host, last] of Object.entries(hosts)) {
      this.#run('netns', 'add', this.#name(host));
      this.#run('link', 'add', `to-${host}`, 'netns', bridge, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.#name(host));
      this.#in('switch', 'link', 'set', `to-${host}`, 'master', 'br0', 'up');
      this.#in(host, 'link', 'set', 'lo', 'up');
      // A maker's prefix (Raspberry Pi), so that nmap knows a vendor.
      this.#in(host, 'link', 'set', 'eth0', 'address', `b8:27:eb:00:00:${last.toString(16).padStart(2, '0')}`);
      // Without this, packets of the kernel's own (IPv6 neighbours) would be counted.
      this.#in(host, 'link', 'set', 'eth0', 'addrgenmode', 'none');
      this.#in(host, 'addr', 'add', `${this.address(host as Host)}/24`, 'dev', 'eth0');
      this.#in(host, 'link', 'set', 'eth0', 'up');
    }
  }

  address(host: Host): string {
    return `10.78.0.${hosts[host]}`;
  }

  /** Listens on ports of a host with the greeting of an SSH server. */
  async listen(host: Host, ...ports: number[]): Promise<void> {
    const child = spawn(this.#ip, ['netns', 'exec', this.#name(host), process.execPath, listeners, ...ports.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#running.push(child);
    await within(readyMs, `the listeners of ${host}`, once(child.stdout, 'data'));
  }

  /** Lets what comes to a port of a host vanish, as a firewall does: the lookup of its route finds a black hole. */
  drop(host: Host, port: number): void {
    this.#in(host, 'rule', 'add', 'pref', '10', 'ipproto', 'tcp', 'dport', String(port), 'blackhole');
    // The rule for the host's own addresses must come after it.
    this.#in(host, 'rule', 'add', 'pref', '20', 'lookup', 'local');
    this.#in(host, 'rule', 'del', 'pref', '0');
  }

  /** How many IP packets a host was ever sent. */
  packetsTo(host: Host): number {
    const text = execFileSync(this.#ip, ['netns', 'exec', this.#name(host), 'cat', '/proc/net/snmp'], { encoding: 'utf8' });
    const [names, values] = text.split('\n').map(line => line.split(' '));
    return Number(values![names!.indexOf('InReceives')]);
  }

  /** Runs a program of ours on a host. */
  async node(
    host: Host,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn(this.#ip, ['netns', 'exec', this.#name(host), process.execPath, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
    this.#running.push(child);
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        printed[name] += text;
      });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...printed };
  }

  /** Ends what runs in it and takes it away. */
  down(): void {
    process.off('exit', this.#killAll);
    this.#kill();
  }

  #kill(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    for (const host of ['switch', ...Object.keys(hosts)]) {
      try {
        this.#run('netns', 'del', this.#name(host));
      } catch {
        // It was not there: the network was being made when it failed.
      }
    }
  }

  #name(host: string): string {
    return `${this.#prefix}${host}`;
  }

  #in(host: string, ...args: string[]): void {
    this.#run('-n', this.#name(host), ...args);
  }

  #run(...args: string[]): void {
    execFileSync(this.#ip, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
