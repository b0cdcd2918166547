import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { program } from '../kit/needs.ts';
import { root } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';

/** Nobody, where the tests run as root: neither the server nor the script needs more. */
const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
const user = other ? 'nobody' : userInfo().username;

/** A real sshd on loopback, with keys of its own, that lets one account put files into one folder; and the script that sends there. */
export class SshServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'aerie-ssh-'));
  /** Where SFTP begins. */
  readonly far: string;
  readonly reports = join(this.folder, 'reports');
  readonly state = join(this.folder, 'state');
  readonly knownHosts = join(this.folder, 'known_hosts');
  readonly #port: number;
  #process: ChildProcess | undefined;
  #log = '';

  private constructor(far: string | undefined, port: number) {
    this.#port = port;
    chmodSync(this.folder, 0o711);
    this.far = far ?? join(this.folder, 'far');
    for (const path of [this.far, this.reports]) {
      mkdirSync(path, { recursive: true });
      this.#own(path);
    }
    for (const name of ['host', 'other_host', 'key']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(this.folder, name)]);
      this.#own(join(this.folder, name));
    }
    copyFileSync(join(this.folder, 'key.pub'), join(this.folder, 'authorized'));
    copyFileSync(join(root, 'deploy/sender/send-reports'), join(this.folder, 'send-reports'));
    mkdirSync(this.state);
    this.#own(this.state);
    const lines = {
      ListenAddress: `127.0.0.1:${port}`,
      HostKey: join(this.folder, 'host'),
      AuthorizedKeysFile: join(this.folder, 'authorized'),
      PidFile: 'none',
      // Without it, an sshd that may not read the shadow file takes every account for locked.
      UsePAM: 'yes',
      StrictModes: 'no',
      PasswordAuthentication: 'no',
      Subsystem: 'sftp internal-sftp',
      ForceCommand: `internal-sftp -u 0007 -d ${this.far}`,
    };
    writeFileSync(
      join(this.folder, 'sshd_config'),
      Object.entries(lines)
        .map(([name, value]) => `${name} ${value}\n`)
        .join(''),
    );
    this.pin('host');
  }

  /** @param far the folder into which files are put; one of its own when absent */
  static async open(far?: string): Promise<SshServer> {
    return new SshServer(far, await freePort());
  }

  /** Writes down which host key the script is to believe. */
  pin(name: 'host' | 'other_host'): void {
    writeFileSync(this.knownHosts, `[127.0.0.1]:${this.#port} ${readFileSync(join(this.folder, `${name}.pub`), 'utf8')}`);
  }

  async start(): Promise<void> {
    const child = spawn(program('sshd'), ['-D', '-e', '-f', join(this.folder, 'sshd_config')], {
      ...other,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    const ready = Promise.withResolvers<void>();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text;
      if (text.includes('Server listening')) ready.resolve();
    });
    child.once('exit', code => ready.reject(new Error(`sshd ended with ${code}:\n${this.#log}`)));
    await within(15_000, 'sshd to listen', ready.promise);
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await within(15_000, 'the end of sshd', ended);
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Puts a file into the folder of the reports. */
  write(name: string, content: string): void {
    const path = join(this.reports, name);
    writeFileSync(path, content);
    this.#own(path);
  }

  /** Runs the script to its end. */
  async send({
    args = [],
    settings = {},
  }: {
    args?: string[];
    settings?: Record<string, string>;
  } = {}): Promise<{ code: number; output: string }> {
    const child = spawn('/bin/sh', [join(this.folder, 'send-reports'), ...args], {
      ...other,
      cwd: '/',
      env: {
        PATH: process.env.PATH,
        REPORTS: this.reports,
        REMOTE: `${user}@127.0.0.1`,
        PORT: String(this.#port),
        KEY: join(this.folder, 'key'),
        KNOWN_HOSTS: this.knownHosts,
        STATE: this.state,
        QUIET: '0',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    const [code] = await within(60_000, 'the end of send-reports', once(child, 'close'));
    return { code, output };
  }

  /** What sshd said. */
  get log(): string {
    return this.#log;
  }

  #own(path: string): void {
    if (other) chownSync(path, other.uid, other.gid);
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
