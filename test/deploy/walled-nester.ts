import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';
import type { Attempt, Outcome } from './attempts.ts';
import { type Ran, toEnd, WalledHost } from './walled-host.ts';

const attempts = join(import.meta.dirname, 'attempts.ts');
const main = join(root, 'packages/nester/src/main.ts');
const deploy = join(root, 'deploy/debian');
/** Whoever has an account has this password. */
export const password = 'correct-horse-battery-9';
export const logFile = '/var/log/classcord/classcord.log';

/** A host with a Nester on it as an installation has it: its user, its folders, its log; and other hosts that try to come in. */
export class WalledNester {
  readonly host: WalledHost;
  #nester: ChildProcess | undefined;

  static async open(...others: string[]): Promise<WalledNester> {
    const host = await WalledHost.open(...others);
    const nester = new WalledNester(host);
    try {
      // A number of its own: what is done to the processes of this user is done to no other suite's.
      await host.shell(`
        sed -i '/^aerie:/d' /etc/passwd /etc/group
        echo "aerie:x:${nester.user}:${nester.user}::/var/lib/aerie:/usr/sbin/nologin" >> /etc/passwd
        echo "aerie:x:${nester.user}:" >> /etc/group
        rm -rf /var/log/classcord /var/lib/aerie
        install -d -m 0700 -o aerie -g aerie /var/lib/aerie
        install -d -m 2750 -o aerie -g adm /var/log/classcord
        install -m 0640 -o aerie -g adm /dev/null ${logFile}`);
    } catch (error) {
      host.close();
      throw error;
    }
    return nester;
  }

  private constructor(host: WalledHost) {
    this.host = host;
  }

  readonly user = 100_000 + process.pid;

  /** Runs a command of `nester` to its end, as the service's user. */
  async nester(words: readonly string[], input = ''): Promise<Ran> {
    return await toEnd(this.host.start('host', this.#words(words), this.#settings), `nester ${words[0]}`, input);
  }

  /** Makes an account. */
  async addUser(name: string): Promise<void> {
    const { code, output } = await this.nester(['user', 'add', name, '--role', 'member', '--password-stdin'], `${password}\n`);
    if (code !== 0) throw new Error(output);
  }

  async start(settings: NodeJS.ProcessEnv = {}): Promise<void> {
    this.#nester = await this.host.startUntil('host', this.#words(['serve']), /^ready /m, { ...this.#settings, ...settings });
  }

  async stop(): Promise<void> {
    const child = this.#nester!;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await within(20_000, 'the end of Nester', ended);
  }

  get pid(): number {
    return this.#nester!.pid!;
  }

  /** Puts the files of a part where the installation puts them. */
  async install(...files: [from: string, to: string][]): Promise<void> {
    for (const [from, to] of files) await this.host.shell(`install -m 0644 "${join(deploy, from)}" ${to}`);
  }

  /** Lets somebody on another host try to come in, one attempt after the other. */
  async attempt(from: string, ...list: Attempt[]): Promise<Outcome[]> {
    const child = this.host.start(from, [process.execPath, attempts]);
    const { stdout, output } = await toEnd(child, 'the attempts', JSON.stringify(list));
    if (stdout === '') throw new Error(`nothing was tried:\n${output}`);
    return JSON.parse(stdout) as Outcome[];
  }

  async log(): Promise<string> {
    return await this.host.shell(`cat ${logFile}`);
  }

  close(): void {
    this.#nester?.kill('SIGKILL');
    this.host.close();
  }

  get #settings(): NodeJS.ProcessEnv {
    return {
      HOME: '/var/lib/aerie',
      AERIE_DATA: '/var/lib/aerie',
      AERIE_LOG: logFile,
      AERIE_HTTP: '127.0.0.1:3000',
      AERIE_TCP: '[::]:12345',
      AERIE_TRUST_PROXY: '127.0.0.1',
      AERIE_PUBLIC_URL: `https://${this.host.address('host')}`,
    };
  }

  /** As the service's user, who may read this folder wherever it stands, and write only what is the service's. */
  #words(words: readonly string[]): string[] {
    const as = ['--reuid=aerie', '--regid=aerie', '--init-groups', '--inh-caps=-all,+dac_read_search', '--ambient-caps=+dac_read_search'];
    return ['setpriv', ...as, '--', process.execPath, main, ...words];
  }
}
