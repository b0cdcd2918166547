import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type HttpCaller, httpCaller } from '@aerie/client';
import { onLeash } from '../../scripts/runtime.js';
import { removeFolder, root, scratchFolder } from './scratch.ts';
import { until, within } from './wait.ts';

const startMs = 30_000;
const stopMs = 15_000;

export interface NesterOptions {
  /** Where it keeps its data; a new folder when absent. */
  folder?: string;
  /** Arguments of `nester serve`. */
  args?: string[];
  /** Settings, by the names of their environment variables. */
  env?: Record<string, string>;
}

/** A Nester of its own: a real process with its own folder and ports. It can be killed and started again in the same place. */
export class Nester {
  readonly folder: string;
  readonly #args: string[];
  readonly #env: Record<string, string>;
  readonly #listeners = new Set<() => void>();
  #process: ChildProcess | undefined;
  #output = '';
  #starts = 0;
  #http = '127.0.0.1:0';
  #tcp = '127.0.0.1:0';

  constructor({ folder, args = [], env = {} }: NesterOptions = {}) {
    this.#args = args;
    this.folder = folder ?? scratchFolder('nester');
    this.#env = env;
  }

  /** Starts one, ready to work. */
  static async start(options: NesterOptions = {}): Promise<Nester> {
    const nester = new Nester(options);
    await nester.start();
    return nester;
  }

  /** Starts it, on the ports it had before if it ran before. */
  async start(): Promise<void> {
    // On a leash: it ends with the tests, however those end.
    const child = onLeash([join(root, 'packages/nester/src/main.ts'), 'serve', ...this.#args], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        HOME: this.folder,
        AERIE_DATA: this.folder,
        AERIE_HTTP: this.#http,
        AERIE_TCP: this.#tcp,
        ...this.#env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#process = child;
    this.#starts += 1;
    const ready = Promise.withResolvers<RegExpMatchArray>();
    let stdout = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#print(text);
      stdout += text;
      const line = stdout.match(/^ready http=(\S+) tcp=(\S+)/m);
      if (line) ready.resolve(line);
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => this.#print(text));
    child.once('exit', (code, signal) => ready.reject(new Error(`Nester ended (${code ?? signal}):\n${this.#output}`)));
    const [, http, tcp] = await within(startMs, 'the ready line', ready.promise);
    this.#http = http!;
    this.#tcp = tcp!;
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to stop, and says how it ended. */
  async stop(): Promise<number | NodeJS.Signals | null> {
    return await this.#end('SIGTERM');
  }

  /** Ends it and removes its folder. */
  async remove(): Promise<void> {
    if (this.isRunning) await this.kill();
    removeFolder(this.folder);
  }

  get isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  get pid(): number {
    return this.#process!.pid!;
  }

  get httpUrl(): string {
    return `http://${this.#http}`;
  }

  get webSocketUrl(): string {
    return `ws://${this.#http}/api/ws`;
  }

  get tcp(): { host: string; port: number } {
    const [host, port] = this.#tcp.split(':') as [string, string];
    return { host, port: Number(port) };
  }

  /** Where the same lines are spoken inside TLS, when it was started with `AERIE_TCP_TLS`. */
  async tls(): Promise<{ host: string; port: number; secure: true }> {
    // The newest start's: port 0 is another one each time.
    const told = () => [...this.#output.matchAll(/"tcpTls":"([^":]+):(\d+)"/g)].slice(this.#starts - 1).at(-1);
    await until(
      'the TLS port',
      listener => this.#onOutput(listener),
      () => told() !== undefined,
    );
    const [, host, port] = told()!;
    return { host: host!, port: Number(port), secure: true };
  }

  /** All that it printed and logged so far. */
  get output(): string {
    return this.#output;
  }

  /** Waits until it has printed or logged this. */
  async said(text: string, ms?: number): Promise<void> {
    await until(
      `Nester to say "${text}"`,
      listener => this.#onOutput(listener),
      () => this.#output.includes(text),
      ms,
    );
  }

  /** Waits until it has printed or logged this so many times. */
  async saidTimes(text: string, times: number, ms?: number): Promise<void> {
    await until(
      `Nester to say "${text}" ${times} times`,
      listener => this.#onOutput(listener),
      () => this.#output.split(text).length > times,
      ms,
    );
  }

  /** The set-up link that it printed, when it has. */
  async setupLink(): Promise<string> {
    const link = () => this.#output.match(/https?:\S+\/setup#[\w-]+/)?.[0];
    await until(
      'a set-up link',
      listener => this.#onOutput(listener),
      () => link() !== undefined,
    );
    return link()!;
  }

  /** A caller of its HTTP door. */
  http(token?: string): HttpCaller {
    return httpCaller(this.httpUrl, { token });
  }

  #print(text: string): void {
    this.#output += text;
    for (const listener of this.#listeners) listener();
  }

  #onOutput(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    const child = this.#process!;
    if (this.isRunning) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await within(stopMs, `the end after ${signal}`, ended);
    }
    return child.exitCode ?? child.signalCode;
  }
}
