import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import WebSocket from 'ws';
import { atExit } from '../kit/at-exit.ts';
import { program } from '../kit/needs.ts';
import { root } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';
import { Machine, type MachineOptions, type Ran, type RunOptions } from './machine.ts';

/** By what name the machine of these tests is known. */
export const site = 'aerie.example';
/** The server, in both families. */
export const server = { 4: '192.0.2.1', 6: '2001:db8::1' } as const;
/** Each visitor has an IPv6 network of its own, as customers have, and two addresses in it. */
const visitors = {
  alice: { 4: '192.0.2.7', 6: '2001:db8:0:7::7', '6b': '2001:db8:0:7:ffff::8' },
  bob: { 4: '192.0.2.8', 6: '2001:db8:0:8::8', '6b': '2001:db8:0:8:ffff::8' },
} as const;
const families = [4, 6, '6b'] as const;
const ports = [80, 443, 12346] as const;

export type Family = (typeof families)[number];
export type VisitorName = keyof typeof visitors;
const folderPrefix = 'aerie-web-';

/** Where the parts of an installed machine stand that this lab puts there itself. */
const current = '/opt/aerie/current';

const unit = (settings: Readonly<Record<string, string>>) => `[Service]
Type=exec
User=aerie
ExecStart=${current}/node_modules/node/bin/node ${current}/packages/nester/src/main.ts serve
Environment=HOME=/var/lib/aerie AERIE_DATA=/var/lib/aerie AERIE_LOG=/var/log/classcord/classcord.log
Environment=AERIE_HTTP=127.0.0.1:3000 AERIE_TCP=0.0.0.0:12345 AERIE_TRUST_PROXY=127.0.0.1 AERIE_PUBLIC_URL=https://${site}
${Object.entries(settings)
  .map(([name, value]) => `Environment=${name}=${value}\n`)
  .join('')}StandardOutput=append:/var/lib/aerie/said
StandardError=inherit
`;

/**
 * A machine with Debian's nginx and what `deploy/debian/nginx` ships, a Nester behind it, and visitors on a network between them:
 * for suites that say `needs('mmdebstrap', 'nspawn', 'netns')`.
 */
export class WebLab {
  readonly folder = mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid}-`));
  readonly alice: Visitor;
  readonly bob: Visitor;
  readonly #prefix = `aw${process.pid}-`;
  readonly #callOff: () => void;
  #machine: Machine | undefined;

  private constructor() {
    chmodSync(this.folder, 0o755);
    this.#callOff = atExit(() => this.#remove());
    const name = (host: string) => this.#prefix + host;
    const ip = (...args: string[]) => execFileSync(program('netns'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    ip('netns', 'add', name('server'));
    const here = ['-n', name('server')];
    ip(...here, 'link', 'set', 'lo', 'up');
    ip(...here, 'link', 'add', 'br0', 'type', 'bridge', 'forward_delay', '0', 'mcast_snooping', '0');
    for (const address of [`${server[4]}/24`, `${server[6]}/48`]) ip(...here, 'addr', 'add', address, 'dev', 'br0', 'nodad');
    ip(...here, 'link', 'set', 'br0', 'up');
    for (const [visitor, addresses] of Object.entries(visitors)) {
      ip('netns', 'add', name(visitor));
      ip('link', 'add', `to-${visitor}`, 'netns', name('server'), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name(visitor));
      ip(...here, 'link', 'set', `to-${visitor}`, 'master', 'br0', 'up');
      const there = ['-n', name(visitor)];
      ip(...there, 'link', 'set', 'lo', 'up');
      for (const address of [`${addresses[4]}/24`, `${addresses[6]}/48`, `${addresses['6b']}/48`])
        ip(...there, 'addr', 'add', address, 'dev', 'eth0', 'nodad');
      ip(...there, 'link', 'set', 'eth0', 'up');
    }
    this.alice = new Visitor(this, name('alice'), 'alice');
    this.bob = new Visitor(this, name('bob'), 'bob');
  }

  /** Boots it with the site enabled and a certificate that signed itself; Nester waits for `startNester`. */
  static async open(options: Pick<MachineOptions, 'suite' | 'packages'> = {}): Promise<WebLab> {
    sweep();
    const lab = new WebLab();
    try {
      lab.#machine = await Machine.boot({ ...options, netns: `${lab.#prefix}server`, folders: { [current]: root } });
      await lab.#install();
      await Promise.all([lab.alice.start(), lab.bob.start()]);
      return lab;
    } catch (error) {
      await lab.remove();
      throw error;
    }
  }

  get machine(): Machine {
    if (!this.#machine) throw new Error('the lab has no machine');
    return this.#machine;
  }

  /** The path of something that `deploy/debian/nginx` ships, as it is on the machine. */
  shipped(name: string): string {
    return `${current}/deploy/debian/nginx/${name}`;
  }

  /** Who vouches for the certificate, when it does not sign itself any more. */
  authority: string | undefined;

  /** The certificate that is in place. */
  get certificate(): string {
    return this.machine.read('/etc/aerie/tls/fullchain.pem');
  }

  get log(): string {
    return this.machine.read('/var/log/classcord/classcord.log');
  }

  /** Starts Nester, with settings besides those behind nginx, and waits until it accepts work. */
  async startNester(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    this.machine.write('/etc/systemd/system/nester.service', unit(settings));
    await this.machine.run('systemctl', ['daemon-reload']);
    await this.restartNester();
  }

  async restartNester(): Promise<void> {
    this.machine.write('/var/lib/aerie/said', '', { owner: 'aerie:aerie' });
    await this.machine.run('systemctl', ['restart', 'nester']);
    const said = () => this.machine.read('/var/lib/aerie/said');
    const isOver = async () => (await this.machine.run('systemctl', ['is-active', 'nester'], { mayFail: true })).code !== 0;
    await this.machine.until('Nester to be ready', async () => {
      if (/^ready /m.test(said())) return true;
      if (await isOver()) throw new Error(`Nester does not start:\n${said()}`);
      return false;
    });
  }

  /** Runs a script on the machine, as Nester's account; its imports begin at the root of the repository. */
  async node(script: string): Promise<void> {
    const flags = ['--input-type=module', '-e', script];
    await this.machine.run('env', ['-C', current, `${current}/node_modules/node/bin/node`, ...flags], { as: 'aerie' });
  }

  /** Runs a command as the papers have it. */
  async type(line: string, how: RunOptions = {}): Promise<Ran> {
    return await this.machine.run('sh', ['-c', line], how);
  }

  /** Makes the first administrator with the link that Nester printed. @returns the token */
  async firstAdministrator(name: string, password: string): Promise<string> {
    const link = /\/setup#([\w-]+)/.exec(this.machine.read('/var/lib/aerie/said'))?.[1];
    if (link === undefined) throw new Error('Nester printed no set-up link');
    const { token } = await this.alice.call('setup.complete', { token: link, name, password, language: 'en' });
    return token!;
  }

  async remove(): Promise<void> {
    await Promise.all([this.alice.stop(), this.bob.stop()]);
    await this.#machine?.stop();
    this.#remove();
  }

  /** As the installer does it: the site's name, Debian's page out of the way, a certificate. */
  async #install(): Promise<void> {
    const { machine } = this;
    await machine.run('useradd', ['--system', '--user-group', '--home-dir', '/var/lib/aerie', '--shell', '/usr/sbin/nologin', 'aerie']);
    await machine.run('install', ['-d', '-o', 'aerie', '-g', 'aerie', '-m', '0700', '/var/lib/aerie']);
    await machine.run('install', ['-d', '-o', 'aerie', '-g', 'adm', '-m', '0750', '/var/log/classcord']);
    await machine.run('install', ['-d', '/var/www/aerie-acme']);
    await machine.run(this.shipped('self-signed'), [site, server[4], server[6]]);
    const text = readFileSync(join(root, 'deploy/debian/nginx/aerie.conf'), 'utf8').replaceAll('@SERVER_NAME@', site);
    machine.write('/etc/nginx/sites-available/aerie.conf', text);
    await machine.run('ln', ['-s', '../sites-available/aerie.conf', '/etc/nginx/sites-enabled/aerie.conf']);
    await machine.run('rm', ['-f', '/etc/nginx/sites-enabled/default']);
    await machine.run(this.shipped('worker-limits'));
    await machine.run('nginx', ['-t']);
    await machine.run('systemctl', ['restart', 'nginx']);
  }

  #remove(): void {
    this.#callOff();
    takeAway(this.folder, this.#prefix);
  }
}

export interface Asked {
  family?: Family;
  port?: (typeof ports)[number];
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  /** The name that is asked for. */
  host?: string;
  /** How long the answer may take. */
  ms?: number;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Names and values by turns, as they came. */
  rawHeaders: readonly string[];
  body: string;
}

/** Somebody on the network, who believes the certificate that is in place, or who vouches for it. */
export class Visitor {
  readonly name: VisitorName;
  readonly #lab: WebLab;
  readonly #netns: string;
  #relay: ChildProcess | undefined;

  constructor(lab: WebLab, netns: string, name: VisitorName) {
    this.#lab = lab;
    this.#netns = netns;
    this.name = name;
  }

  address(family: Family): string {
    return visitors[this.name][family];
  }

  async start(): Promise<void> {
    const ways = ports.flatMap(port =>
      families.map(family => `${this.#socket(family, port)}=${server[family === 4 ? 4 : 6]}=${port}=${this.address(family)}`),
    );
    const relay = this.spawn(process.execPath, [join(import.meta.dirname, 'relay.ts'), ...ways]);
    this.#relay = relay;
    await within(15_000, `the relay of ${this.name}`, once(relay.stdout!, 'data'));
  }

  async stop(): Promise<void> {
    const relay = this.#relay;
    if (!relay || relay.exitCode !== null || relay.signalCode !== null) return;
    const ended = once(relay, 'exit');
    relay.kill('SIGKILL');
    await ended;
  }

  /** Starts a program in this visitor's network. */
  spawn(command: string, args: readonly string[], stderr: 'inherit' | 'pipe' = 'inherit'): ChildProcess {
    const child = spawn(program('netns'), ['netns', 'exec', this.#netns, command, ...args], { stdio: ['pipe', 'pipe', stderr] });
    child.once(
      'exit',
      atExit(() => child.kill('SIGKILL')),
    );
    return child;
  }

  /** Runs a program in this visitor's network to its end; `said` is all that it printed. */
  async run(command: string, args: readonly string[]): Promise<{ code: number | null; said: string }> {
    const child = this.spawn(command, args, 'pipe');
    child.stdin!.end();
    let said = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const [code] = (await within(60_000, command, once(child, 'close'))) as [number | null];
    return { code, said };
  }

  /** A script that runs a program in this visitor's network, for those who start programs themselves. */
  script(command: string): string {
    const path = join(this.#lab.folder, `run-${this.name}`);
    writeFileSync(path, `#!/bin/sh\nexec ${program('netns')} netns exec ${this.#netns} ${command} "$@"\n`, { mode: 0o755 });
    return path;
  }

  connect({ family = 4, port = 443 }: Pick<Asked, 'family' | 'port'> = {}): net.Socket {
    return net.connect(this.#socket(family, port));
  }

  tls(options: tls.ConnectionOptions = {}, way: Pick<Asked, 'family' | 'port'> = {}): tls.TLSSocket {
    return tls.connect({ socket: this.connect(way), servername: site, ca: this.#lab.authority ?? this.#lab.certificate, ...options });
  }

  /** Asks for something, and waits for all of the answer. */
  async ask(path: string, asked: Asked = {}): Promise<Answer> {
    const { method = 'GET', headers = {}, body, port = 443, host = site, ms = 30_000 } = asked;
    const request = port === 80 ? plainRequest : secureRequest;
    const createConnection = () => (port === 80 ? this.connect(asked) : this.tls({}, asked));
    const sent = request({ path, method, headers: { host, ...headers }, createConnection });
    sent.end(body);
    const [response] = await within(ms, `the answer to ${method} ${path}`, once(sent, 'response')).catch(error => {
      sent.on('error', () => undefined).destroy();
      throw error;
    });
    let text = '';
    for await (const piece of response.setEncoding('utf8')) text += piece;
    return { status: response.statusCode, headers: response.headers, rawHeaders: response.rawHeaders, body: text };
  }

  /** Asks for a command, whatever becomes of it. */
  async post(name: string, input: unknown, asked: Asked = {}): Promise<Answer> {
    const headers = { 'content-type': 'application/json', ...asked.headers };
    return await this.ask(`/api/${name}`, { ...asked, method: 'POST', headers, body: JSON.stringify(input) });
  }

  /** Calls a command that must succeed. */
  async call<K extends CommandName>(name: K, input: CommandInput<K>, token?: string): Promise<CommandOutput<K>> {
    const { status, body } = await this.post(name, input, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
    if (status !== 200) throw new Error(`${name}: ${status} ${body}`);
    return JSON.parse(body) as CommandOutput<K>;
  }

  /** A WebSocket; it opens, or `open` never comes. */
  webSocket(headers: Readonly<Record<string, string>> = {}, way: Pick<Asked, 'family'> = {}): WebSocket {
    return new WebSocket(`wss://${site}/api/ws`, { headers, createConnection: () => this.tls({}, way) });
  }

  #socket(family: Family, port: number): string {
    return join(this.#lab.folder, `${this.name}-${family}-${port}`);
  }
}

/** What labs of processes that are no more left behind. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${folderPrefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !readdirSync('/proc').includes(pid)) takeAway(join(tmpdir(), name), `aw${pid}-`);
  }
}

function takeAway(folder: string, prefix: string): void {
  for (const host of ['server', ...Object.keys(visitors)]) {
    try {
      execFileSync(program('netns'), ['netns', 'del', prefix + host], { stdio: 'ignore' });
    } catch {
      // It was not there: the lab was being made when it failed.
    }
  }
  rmSync(folder, { recursive: true, force: true });
}
