import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from '../kit/at-exit.ts';
import { program } from '../kit/needs.ts';
import { within } from '../kit/wait.ts';
import { debianTree, type Suite, usualPackages } from './debian-tree.ts';
import { ControlGroups } from './machine-cgroups.ts';
import { awaitEnd, folderPrefix, sweep, takeAway } from './machine-remains.ts';
import { WayIn } from './way-in.ts';

export interface MachineOptions {
  suite?: Suite;
  /** Packages besides those that every machine has. Suites that ask for the same share one tree: leave it out if you can. */
  packages?: readonly string[];
  /** A network namespace (`ip netns`) to be in, instead of one of its own with loopback alone. */
  netns?: string;
  /** Folders of this machine that the other one sees, by the path that they have there; it cannot write to them. */
  folders?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** The account, instead of root's. */
  as?: string;
  input?: string | Buffer;
  env?: Readonly<Record<string, string>>;
  /** Any end is an answer: without it, one that is not 0 throws. */
  mayFail?: boolean;
  ms?: number;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const readyMs = 60_000;
/**
 * Goes before systemd. The old hierarchies come up read-only, and limits (MemoryMax=, TasksMax=) would not hold; systemd since
 * version 256 wants to be told that they will do.
 */
const init = `#!/bin/sh
for controller in memory pids cpu cpuacct; do
  folder=/sys/fs/cgroup/$controller
  if [ -d "$folder" ]; then mount -o remount,bind,rw,nosuid,nodev,noexec "$folder"; fi
done
exec /lib/systemd/systemd SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1
`;

/** How long a hook that boots a machine may take: the first on this computer makes the tree. */
export const bootMs = 300_000;

/**
 * A throw-away machine with Debian, booted with systemd in a container, for suites that say `needs('mmdebstrap', 'nspawn')`.
 *
 *     const machine = await Machine.boot();                        // in beforeAll(…, bootMs)
 *     machine.write('/etc/aerie/nester.toml', text, { mode: 0o640, owner: 'root:aerie' });
 *     await machine.run('systemctl', ['start', 'nester']);         // throws unless it ends with 0; {stdout, stderr, code}
 *     const { code } = await machine.run('curl', ['-sf', url], { mayFail: true, as: 'nobody' });
 *     await machine.until('it answers', async () => (await machine.run(…, { mayFail: true })).code === 0);
 *     const child = machine.spawn('tail', ['-F', log]);            // a program in it that goes on
 *     const other = machine.beside('node', ['client.ts']);         // a program of this machine, in the network of that one
 *     const port = await machine.reach(3000);                      // on this machine's loopback: http://127.0.0.1:PORT
 *     await machine.reboot();                                      // the disk stays
 *     await machine.stop();                                        // in afterAll: halts it, and takes all away
 *
 * It has no network but loopback (or the namespace that it is given), and its disk is a layer over a tree that others boot from too.
 * Whatever ends the tests, the machine ends with them; what a kill -9 leaves behind is taken away by the next boot.
 */
export class Machine {
  readonly #folder = mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid}-`));
  readonly #root = join(this.#folder, 'root');
  readonly #options: MachineOptions;
  readonly #groups: ControlGroups;
  readonly #callOff: () => void;
  readonly #ways: WayIn[] = [];
  #nspawn: ChildProcess | undefined;
  #init = 0;
  #console = '';

  private constructor(tree: string, options: MachineOptions) {
    this.#options = options;
    this.#groups = new ControlGroups(this.name);
    this.#callOff = atExit(() => this.#remove());
    const layers = ['upper', 'work'].map(name => join(this.#folder, name));
    for (const layer of [...layers, this.#root]) mkdirSync(layer);
    execFileSync('mount', ['-t', 'overlay', 'aerie-lab', '-o', `lowerdir=${tree},upperdir=${layers[0]},workdir=${layers[1]}`, this.#root]);
    writeFileSync(join(this.#root, 'etc/machine-id'), '');
    writeFileSync(join(this.#root, 'etc/hostname'), 'school\n');
    writeFileSync(join(this.#root, 'etc/hosts'), '127.0.0.1 localhost school\n::1 localhost\n');
    writeFileSync(join(this.#root, 'usr/local/sbin/lab-init'), init, { mode: 0o755 });
  }

  /** A machine whose disk can be written to already; `start` boots it. */
  static async make(options: MachineOptions = {}): Promise<Machine> {
    sweep();
    const tree = await debianTree(options.suite ?? 'bookworm', options.packages ?? usualPackages);
    return new Machine(tree, options);
  }

  /** A machine that runs. */
  static async boot(options: MachineOptions = {}): Promise<Machine> {
    const machine = await Machine.make(options);
    try {
      await machine.start();
      return machine;
    } catch (error) {
      machine.#remove();
      throw error;
    }
  }

  get name(): string {
    return this.#folder.slice(this.#folder.lastIndexOf('/') + 1);
  }

  /** The process that is its PID 1, as this machine counts. */
  get pid(): number {
    return this.#init;
  }

  /** What it printed on its console since it was started. */
  get console(): string {
    return this.#console;
  }

  /** Boots it, and resolves when all that starts by itself has started, or failed. */
  async start(): Promise<void> {
    const { netns, folders = {} } = this.#options;
    const nspawn = [program('nspawn'), '--quiet', `--directory=${this.#root}`, '--hostname=school', `--machine=${this.name}`];
    // A machine whose own PID 1 is not systemd has nobody to register with.
    if (!existsSync('/run/systemd/system')) nspawn.push('--register=no', '--keep-unit');
    nspawn.push(netns === undefined ? '--private-network' : `--network-namespace-path=/run/netns/${netns}`);
    // Its own services may change the rules of its network too, as Fail2ban and UFW at boot do. By itself, nspawn lets them with
    // --private-network only.
    if (netns !== undefined) nspawn.push('--capability=CAP_NET_ADMIN');
    for (const [there, here] of Object.entries(folders)) nspawn.push(`--bind-ro=${here}:${there}`);
    nspawn.push('--kill-signal=SIGRTMIN+3', '--console=read-only', '/usr/local/sbin/lab-init');
    const inGroups = ['sh', '-euc', 'for group in $0; do echo $$ > "$group/cgroup.procs"; done; exec "$@"', this.#groups.make().join(' ')];
    this.#console = '';
    // In a namespace of processes of its own, all of it ends with the first of them; and that one with this process.
    const apart = ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child'];
    const [command, ...args] = [...apart, ...inGroups, ...nspawn];
    const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#nspawn = child;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#console = (this.#console + text).slice(-100_000);
      });
    try {
      await this.until('PID 1 listens', () => this.#hasInit(), readyMs);
      await this.run('systemctl', ['is-system-running', '--wait'], { mayFail: true, ms: readyMs });
    } catch (error) {
      throw new Error(`the machine did not boot: ${(error as Error).message}\n${this.#console}`);
    }
  }

  /** Shuts it down in order; its disk stays. */
  async halt(): Promise<void> {
    for (const way of this.#ways.splice(0)) way.close();
    const child = this.#nspawn;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'close');
      await this.run('systemctl', ['poweroff']);
      await within(readyMs, `the machine to halt\n${this.#console}`, ended);
    }
    this.#nspawn = undefined;
    this.#groups.remove();
  }

  async reboot(): Promise<void> {
    await this.halt();
    await this.start();
  }

  /** Halts it and takes all of it away. */
  async stop(): Promise<void> {
    try {
      await this.halt();
    } finally {
      this.#remove();
    }
  }

  /** Runs a program in it to its end. */
  async run(command: string, args: readonly string[] = [], how: RunOptions = {}): Promise<Ran> {
    const child = this.spawn(command, args, how);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name]!.setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    child.stdin!.on('error', () => {});
    child.stdin!.end(how.input ?? '');
    const closed = once(child, 'close') as Promise<[number | null]>;
    const [code] = await within(how.ms ?? 60_000, `${command} ${args.join(' ')}`, closed).catch(error => {
      child.kill('SIGKILL');
      throw error;
    });
    if (code !== 0 && !how.mayFail) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${said.stdout}${said.stderr}`);
    return { code: code ?? -1, ...said };
  }

  /** Starts a program in it; the caller ends it. */
  spawn(command: string, args: readonly string[] = [], { as, env = {} }: RunOptions = {}): ChildProcess {
    const account = as === undefined ? [] : ['setpriv', `--reuid=${as}`, `--regid=${as}`, '--init-groups', '--inh-caps=-all', '--'];
    const said = Object.entries({ PATH: path, HOME: as === undefined ? '/root' : '/nonexistent', LANG: 'C.UTF-8', ...env });
    const inside = ['env', '-i', ...said.map(([name, value]) => `${name}=${value}`), ...account, command, ...args];
    return this.#enter(['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root', '--wd'], inside);
  }

  /** Starts a program of this machine in the network of that one; the caller ends it. */
  beside(command: string, args: readonly string[] = []): ChildProcess {
    return this.#enter(['--net'], [command, ...args]);
  }

  /** A port of this machine's loopback that leads to that port of its loopback; until it is halted. */
  async reach(port: number): Promise<number> {
    const way = await WayIn.open((command, args) => this.beside(command, args), port);
    this.#ways.push(way);
    return way.port;
  }

  /** Its file or folder as this machine sees it. A link in it that begins with `/` leads astray here: `run` follows it. */
  path(inside: string): string {
    // Booted, its /run and /tmp are not on its disk.
    return join(this.#nspawn ? `/proc/${this.#init}/root` : this.#root, inside);
  }

  read(inside: string): string {
    return readFileSync(this.path(inside), 'utf8');
  }

  /** Writes a file, with the folders that it is in. */
  write(inside: string, content: string | Buffer, { mode = 0o644, owner }: { mode?: number; owner?: string } = {}): void {
    const file = this.path(inside);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
    execFileSync('chmod', [mode.toString(8), file]);
    if (owner !== undefined) execFileSync('chroot', [this.#root, 'chown', owner, inside]);
  }

  /** Resolves when `holds` says so; it is asked again and again. */
  async until(what: string, holds: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
    const end = performance.now() + ms;
    while (!(await holds())) {
      if (performance.now() > end) throw new Error(`${what}: not within ${ms} ms`);
      if (this.#nspawn?.exitCode !== null && this.#nspawn !== undefined) throw new Error(`${what}: the machine ended`);
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, 25);
      await promise;
    }
  }

  #enter(namespaces: readonly string[], command: readonly string[]): ChildProcess {
    if (!this.#nspawn) throw new Error('the machine does not run');
    return spawn('nsenter', [`--target=${this.#init}`, ...namespaces, '--', ...command], { stdio: 'pipe' });
  }

  /** Looks for its PID 1; with its private socket it can be asked. */
  #hasInit(): boolean {
    // unshare, then systemd-nspawn, then what it starts in one more namespace of processes.
    const init = childrenOf(this.#nspawn!.pid!)
      .flatMap(childrenOf)
      .find(pid => /^NSpid:(\t\d+){2}\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
    this.#init = init ?? 0;
    return init !== undefined && existsSync(`/proc/${init}/root/run/systemd/private`);
  }

  /** Takes it away, whatever state it is in. */
  #remove(): void {
    this.#callOff();
    for (const way of this.#ways.splice(0)) way.close();
    if (this.#nspawn?.pid !== undefined && this.#nspawn.exitCode === null) {
      this.#nspawn.kill('SIGKILL');
      awaitEnd(this.#init);
    }
    this.#nspawn = undefined;
    takeAway(this.#folder, this.#groups);
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}
