import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atExit } from '../kit/at-exit.ts';
import { program } from '../kit/needs.ts';
import { within } from '../kit/wait.ts';

const readyMs = 15_000;
const commandMs = 60_000;
/** The program at both ends of its connections. */
export const ends = join(import.meta.dirname, 'wall-ends.ts');
let hosts = 0;

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Both, as they came. */
  output: string;
}

export type Reached = 'open' | 'refused' | 'silent';

/**
 * A host with a network, an /etc, a /var and a /run of its own, and others around it, each with an IPv4 and an IPv6 address. What a
 * firewall or Fail2ban changes there is seen by nobody else: the machine's own rules and files stay as they are, and all of it is
 * gone when the process that holds it ends. For suites that say `needs('netns', 'mount')`.
 */
export class WalledHost {
  readonly #prefix = `aerie-wall-${process.pid}-${++hosts}-`;
  readonly #others: readonly string[];
  readonly #running: ChildProcess[] = [];
  readonly #callOff: () => void;
  #holder: ChildProcess | undefined;

  /** @param others names of the hosts around it */
  static async open(...others: string[]): Promise<WalledHost> {
    const host = new WalledHost(others);
    try {
      await host.#hold();
    } catch (error) {
      host.close();
      throw error;
    }
    return host;
  }

  private constructor(others: readonly string[]) {
    this.#others = others;
    this.#callOff = atExit(() => this.#end());
    ip('netns', 'add', this.#space('switch'));
    ip('-n', this.#space('switch'), 'link', 'add', 'br0', 'type', 'bridge', 'forward_delay', '0', 'mcast_snooping', '0');
    ip('-n', this.#space('switch'), 'link', 'set', 'br0', 'up');
    for (const name of ['host', ...others]) {
      const space = this.#space(name);
      ip('netns', 'add', space);
      ip('link', 'add', `to-${name}`, 'netns', this.#space('switch'), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
      ip('-n', this.#space('switch'), 'link', 'set', `to-${name}`, 'master', 'br0', 'up');
      ip('-n', space, 'link', 'set', 'lo', 'up');
      ip('-n', space, 'addr', 'add', `${this.address(name)}/24`, 'dev', 'eth0');
      ip('-n', space, 'addr', 'add', `${this.address(name, 6)}/64`, 'dev', 'eth0', 'nodad');
      ip('-n', space, 'link', 'set', 'eth0', 'up');
    }
  }

  /** The address of a host: `host`, or one of the others. */
  address(name: string, family: 4 | 6 = 4): string {
    const number = ['host', ...this.#others].indexOf(name) + 1;
    if (number === 0) throw new Error(`there is no host ${name}`);
    return family === 4 ? `10.79.0.${number}` : `fd79::${number}`;
  }

  /** Gives one of the hosts one more address. */
  addAddress(name: string, address: string): void {
    ip('-n', this.#space(name), 'addr', 'add', address, 'dev', 'eth0', ...(address.includes(':') ? ['nodad'] : []));
  }

  /** The words that run a program on the host. */
  get prefix(): string[] {
    return ['nsenter', '--target', String(this.#holder!.pid), '--mount', '--net', '--'];
  }

  /** Runs a program on the host to its end. */
  async run(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    return await toEnd(this.start('host', command, env), command[0]!);
  }

  /** Runs a line of the shell on the host; throws when it fails. */
  async shell(line: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, output } = await this.run(['sh', '-ec', line], env);
    if (code !== 0) throw new Error(`"${line}" ended with ${code}:\n${output}`);
    return output;
  }

  /** Starts a program that runs until the end, or until it is killed. */
  start(name: string, command: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const words = name === 'host' ? [...this.prefix, ...command] : [program('netns'), 'netns', 'exec', this.#space(name), ...command];
    const child = spawn(words[0]!, words.slice(1), {
      env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin`, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#running.push(child);
    return child;
  }

  /** Starts a program, and waits until it has printed this. */
  async startUntil(name: string, command: readonly string[], says: RegExp, env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
    const child = this.start(name, command, env);
    const said = Promise.withResolvers<void>();
    let text = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (more: string) => {
        text += more;
        if (says.test(text)) said.resolve();
      });
    child.once('exit', code => said.reject(new Error(`${command[0]} ended with ${code}:\n${text}`)));
    await within(readyMs, `${command[0]} to say ${says}`, said.promise);
    return child;
  }

  /** Listens on TCP ports of the host, on all addresses of both families. */
  async listen(...ports: number[]): Promise<void> {
    await this.startUntil('host', [process.execPath, ends, 'listen', ...ports.map(String)], /listening/);
  }

  /** What becomes of connections from another host to these ports, by IPv4 and IPv6: what is the same for both is said once. */
  async reach(from: string, ports: readonly number[]): Promise<Record<number, string>> {
    const targets = ports.flatMap(port => ([4, 6] as const).map(family => `${this.address('host', family)} ${port}`));
    const { stdout, output } = await toEnd(this.start(from, [process.execPath, ends, 'connect', ...targets]), 'the connections');
    if (stdout === '') throw new Error(`nothing was tried:\n${output}`);
    const found = JSON.parse(stdout) as Record<string, Reached>;
    return Object.fromEntries(
      ports.map(port => {
        const [four, six] = ([4, 6] as const).map(family => found[`${this.address('host', family)} ${port}`]);
        return [port, four === six ? `${four}` : `${four}/${six}`];
      }),
    );
  }

  /** Ends what runs there and takes all of it away. */
  close(): void {
    this.#callOff();
    this.#end();
  }

  /** Mounts are made where nobody else sees them: a /run of its own, and what is written to /etc and /var goes nowhere else. */
  async #hold(): Promise<void> {
    const mounts = [
      'mount -t tmpfs tmpfs /run',
      ...['etc', 'var'].flatMap(name => [
        `mkdir -p /run/over/${name}/upper /run/over/${name}/work`,
        `mount -t overlay overlay -o lowerdir=/${name},upperdir=/run/over/${name}/upper,workdir=/run/over/${name}/work /${name}`,
      ]),
      'echo ready',
      // Ends with whoever holds the other end.
      'read -r _ || true',
    ];
    const child = spawn(
      'nsenter',
      [`--net=/run/netns/${this.#space('host')}`, 'unshare', '--mount', '--propagation', 'private', 'sh', '-ec', mounts.join('\n')],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    this.#holder = child;
    const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the host ended with ${code}`)));
    failed.catch(() => undefined);
    await within(readyMs, 'the host', Promise.race([once(child.stdout!, 'data'), failed]));
  }

  #end(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    this.#holder?.kill('SIGKILL');
    for (const name of ['host', ...this.#others, 'switch']) {
      try {
        ip('netns', 'del', this.#space(name));
      } catch {
        // It was not there: it failed while it was being made.
      }
    }
  }

  #space(name: string): string {
    return `${this.#prefix}${name}`;
  }
}

/** Waits for the end of a program, and says all that it printed. */
export async function toEnd(child: ChildProcess, what: string, input = ''): Promise<Ran> {
  const ran: Ran = { code: null, stdout: '', stderr: '', output: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      ran[name] += text;
      ran.output += text;
    });
  child.stdin!.on('error', () => undefined).end(input);
  const [code] = (await within(commandMs, `the end of ${what}`, once(child, 'close'))) as [number | null];
  return { ...ran, code };
}

function ip(...args: string[]): void {
  execFileSync(program('netns'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
