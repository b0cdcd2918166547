import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { atExit } from '../kit/at-exit.ts';
import { program } from '../kit/needs.ts';
import { root } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';
import { removeGroups } from './engine-groups.ts';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

interface How {
  /** Any end is an answer: without it, one that is not 0 throws. */
  mayFail?: boolean;
  input?: string;
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  ms?: number;
}

const folderPrefix = 'aerie-docker-';
const startMs = 30_000;
/** From so much free memory on, images are kept there; they take 2 GB. */
const enoughBytes = 8 * 2 ** 30;

/**
 * Debian's Docker with a folder and a network of its own, for suites that say `needs('dockerd', 'netns')`: no interface, rule,
 * socket or image of it is this machine's. It builds first (`builds`: in this machine's network, since npm and apt are there, but
 * without a bridge and a rule) and then runs (`runs`).
 */
export class DockerEngine {
  readonly folder = mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid}-`));
  readonly name = `${folderPrefix}${process.pid}`;
  readonly #socket = join(this.folder, 'docker.sock');
  readonly #callOff: () => void;
  readonly #relays: ChildProcess[] = [];
  #daemon: ChildProcess | undefined;
  #said = '';

  private constructor() {
    this.#callOff = atExit(() => this.#takeAway());
    for (const name of ['data', 'exec', 'config', 'etc', 'etc-work']) mkdirSync(join(this.folder, name));
    // Much is written, and none of it is kept.
    if (freemem() > enoughBytes) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6g', 'aerie-docker', join(this.folder, 'data')]);
    execFileSync(program('netns'), ['netns', 'add', this.name]);
    execFileSync(program('netns'), ['-n', this.name, 'link', 'set', 'lo', 'up']);
    execFileSync(program('netns'), ['netns', 'exec', this.name, 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  }

  /** One that builds. */
  static async builds(): Promise<DockerEngine> {
    sweep();
    const engine = new DockerEngine();
    try {
      const alone = ['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-forward=false', '--ip-masq=false'];
      await engine.#start([], alone);
      return engine;
    } catch (error) {
      await engine.remove();
      throw error;
    }
  }

  /** From now on it runs containers, in its own network. What it built it has. */
  async runs(): Promise<void> {
    await this.#halt();
    // Not `ip netns exec`, which hides the control groups.
    await this.#start(['nsenter', `--net=/run/netns/${this.name}`], []);
  }

  /** The environment of programs that speak with it. */
  get environment(): Record<string, string> {
    return {
      // Debian's own client comes first.
      PATH: `/usr/bin:${process.env.PATH}`,
      HOME: this.folder,
      DOCKER_HOST: `unix://${this.#socket}`,
      DOCKER_CONFIG: join(this.folder, 'config'),
    };
  }

  /** Makes `docker compose` out of the plugin at that path. */
  async addPlugin(file: string): Promise<void> {
    const folder = join(this.folder, 'config', 'cli-plugins');
    mkdirSync(folder, { recursive: true });
    await promisify(execFile)('cp', [file, join(folder, 'docker-compose')]);
  }

  /** Runs a line as somebody types it. */
  async type(line: string, how: How = {}): Promise<Ran> {
    return await this.run('sh', ['-euc', line], how);
  }

  async docker(args: readonly string[], how: How = {}): Promise<Ran> {
    return await this.run('docker', args, how);
  }

  /** Runs a program that speaks with it, to its end. */
  async run(command: string, args: readonly string[], how: How = {}): Promise<Ran> {
    const env = { ...this.environment, ...how.env };
    const child = spawn(command, args, { cwd: how.cwd ?? this.folder, env, stdio: 'pipe' });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    child.stdin.on('error', () => {});
    child.stdin.end(how.input ?? '');
    const closed = once(child, 'close') as Promise<[number | null]>;
    const what = [command, ...args].join(' ');
    const [code] = await within(how.ms ?? 120_000, what, closed).catch(error => {
      child.kill('SIGKILL');
      throw new Error(`${(error as Error).message}\n${said.stdout}${said.stderr}`);
    });
    if (code !== 0 && !how.mayFail) throw new Error(`${what} ended with ${code}:\n${said.stdout}${said.stderr}`);
    return { code: code ?? -1, ...said };
  }

  /** What `docker inspect` says of a container, or of an image. */
  async inspect(name: string, format: string): Promise<string> {
    return (await this.docker(['inspect', '--format', format, name])).stdout.trim();
  }

  /** Waits until `docker inspect` says so. Whatever happens to a container wakes it. */
  async until(what: string, name: string, format: string, wanted: string, ms = 60_000): Promise<void> {
    const events = spawn('docker', ['events'], { env: this.environment, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const end = performance.now() + ms;
      for (;;) {
        const found = await this.inspect(name, format);
        if (found === wanted) return;
        const left = end - performance.now();
        if (left <= 0) throw new Error(`${what}: not within ${ms} ms: ${found}\n${(await this.docker(['logs', name])).stderr}`);
        // Health has no event while it stays: look again every second too.
        await within(Math.min(left, 1_000), 'an event', once(events.stdout!, 'data')).catch(() => {});
      }
    } finally {
      events.kill('SIGKILL');
    }
  }

  /** Ends a process as a power cut would; `pid` is as `docker inspect` and `docker top` say it. */
  kill(pid: number): void {
    execFileSync('nsenter', [`--target=${this.#pid}`, '--pid', '--mount', '--', 'kill', '-9', String(pid)]);
  }

  /** A file under `/proc` of a process, by the pid that `docker inspect` says. */
  processFile(pid: number, name: string): string {
    const args = [`--target=${this.#pid}`, '--pid', '--mount', '--', 'cat', `/proc/${pid}/${name}`];
    return execFileSync('nsenter', args, { encoding: 'utf8' });
  }

  /** Sockets of this machine that lead to ports of the engine's network; what connects there comes from its loopback. */
  async relay(...ports: number[]): Promise<string[]> {
    const sockets = ports.map(port => join(this.folder, `port-${port}.sock`));
    const pairs = sockets.map((socket, i) => `${socket}=127.0.0.1=${ports[i]}`);
    const script = join(root, 'test/deploy/relay.ts');
    const child = spawn(program('netns'), ['netns', 'exec', this.name, process.execPath, script, ...pairs], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#relays.push(child);
    await within(startMs, 'the relay', once(child.stdout, 'data'));
    return sockets;
  }

  /** Ends all that runs in it and takes it away. */
  async remove(): Promise<void> {
    for (const relay of this.#relays) relay.kill('SIGKILL');
    const daemon = this.#daemon;
    if (daemon && daemon.exitCode === null && daemon.signalCode === null) {
      const ended = once(daemon, 'exit');
      // With the first process of its namespace all others end, containers too; when that is done, so is the one that waits for it.
      this.#killAll();
      await ended;
    }
    this.#daemon = undefined;
    this.#takeAway();
  }

  async #start(within_: readonly string[], flags: readonly string[]): Promise<void> {
    const at = (name: string) => join(this.folder, name);
    // It writes a key into /etc: into a layer that only it sees. Its processes end with it, and it with this one.
    const script = `mount -t overlay etc -o "lowerdir=/etc,upperdir=$0,workdir=$1" /etc; shift; exec "$@"`;
    const layers = [at('etc'), at('etc-work')];
    const apart = ['unshare', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child', 'sh', '-euc', script, ...layers];
    const paths = ['--data-root', at('data'), '--exec-root', at('exec'), '-p', at('dockerd.pid'), '-H', `unix://${this.#socket}`];
    const daemon = ['tini', '-s', '--', program('dockerd'), ...paths, `--cgroup-parent=/${this.name}`, ...flags];
    const [command, ...args] = ['setpriv', '--pdeathsig', 'KILL', ...within_, ...apart, ...daemon];
    const child = spawn(command!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#daemon = child;
    const ready = Promise.withResolvers<void>();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-50_000);
      if (text.includes('API listen on')) ready.resolve();
    });
    child.once('exit', code => ready.reject(new Error(`dockerd ended with ${code}:\n${this.#said.slice(-2_000)}`)));
    await within(startMs, 'dockerd', ready.promise);
  }

  /** Stops it in order; its images stay. */
  async #halt(): Promise<void> {
    const ended = once(this.#daemon!, 'exit');
    process.kill(this.#pid, 'SIGTERM');
    await within(startMs, 'dockerd to stop', ended);
    rmSync(join(this.folder, 'dockerd.pid'), { force: true });
  }

  /** The first process of its namespace, which hands signals on. */
  get #pid(): number {
    const { pid } = this.#daemon!;
    // setpriv, nsenter and unshare become each other; unshare then has one child.
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
  }

  #killAll(): void {
    const first = this.#pid;
    if (first > 0) process.kill(first, 'SIGKILL');
    else this.#daemon!.kill('SIGKILL');
  }

  #takeAway(): void {
    this.#callOff();
    const daemon = this.#daemon;
    if (daemon?.pid !== undefined && daemon.exitCode === null && daemon.signalCode === null) {
      this.#killAll();
      awaitEnd(daemon.pid);
    }
    takeAway(this.folder);
  }
}

/** Waits, where nothing can be awaited any more, until a process has ended: nobody fetches what became of it now. */
function awaitEnd(pid: number): void {
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  const runs = () => existsSync(`/proc/${pid}`) && !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  for (let tries = 0; tries < 500 && runs(); tries++) Atomics.wait(asleep, 0, 0, 10);
}

/** What engines of processes that are no more left behind. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${folderPrefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) takeAway(join(tmpdir(), name));
  }
}

/** Nothing of it runs any more, and the mounts that it made itself went with it. */
function takeAway(folder: string): void {
  const name = /aerie-docker-\d+/.exec(folder)![0];
  if (existsSync(`/run/netns/${name}`)) execFileSync(program('netns'), ['netns', 'del', name]);
  removeGroups(name);
  const data = join(folder, 'data');
  if (readFileSync('/proc/self/mounts', 'utf8').includes(` ${data} `)) execFileSync('umount', ['--lazy', data]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
