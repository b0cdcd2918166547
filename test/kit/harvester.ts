import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';
import { removeFolder, root, scratchFolder } from './scratch.ts';
import { until, within } from './wait.ts';

const startMs = 30_000;
const endMs = 15_000;

/** A Harvester of its own: a real process with its own folder. It can be killed and started again in the same place. */
export class Harvester {
  readonly folder = scratchFolder('harvester');
  #process: ChildProcess | undefined;
  #output = '';
  readonly #listeners = new Set<() => void>();
  #dashboard = '';

  /** Pastes the line of a site's page, such as `npx harvester enrol URL CODE`. */
  async paste(line: string): Promise<void> {
    const [npx, program, ...args] = line.split(' ');
    if (npx !== 'npx' || program !== 'harvester') throw new Error(`not a line for a Harvester: ${line}`);
    const child = this.#spawn(args);
    const [code] = await within(startMs, line, once(child, 'exit'));
    if (code !== 0) throw new Error(`${line}: ended with ${code}:\n${this.#output}`);
  }

  /** Runs a command of it to its end, with that on its standard input. */
  async command(args: string[], { input = '', http }: { input?: string; http?: string } = {}): Promise<{ code: number; output: string }> {
    const before = this.#output.length;
    const child = this.#spawn(args, http, 'pipe');
    child.stdin!.end(input);
    const [code] = await within(startMs, args.join(' '), once(child, 'close'));
    return { code: Number(code), output: this.#output.slice(before) };
  }

  /** Runs it, its dashboard at that address; resolves when it is ready. */
  async start(http?: string): Promise<void> {
    const child = this.#spawn(['run'], http);
    this.#process = child;
    const ready = Promise.withResolvers<void>();
    let stdout = '';
    child.stdout!.on('data', (text: string) => {
      stdout += text;
      const isReady = /^ready(?: http=(\S+))?\n/m.exec(stdout);
      if (!isReady) return;
      this.#dashboard = `http://${isReady[1]}`;
      ready.resolve();
    });
    child.once('exit', (code, signal) => ready.reject(new Error(`the Harvester ended (${code ?? signal}):\n${this.#output}`)));
    await within(startMs, 'the ready line of the Harvester', ready.promise);
  }

  /** Waits until it has logged this, so many times. */
  async said(text: string, ms?: number, times = 1): Promise<void> {
    await until(
      `the Harvester to say "${text}"`,
      listener => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      () => this.#output.split(text).length > times,
      ms,
    );
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends it and removes its folder. */
  async remove(): Promise<void> {
    await this.kill();
    removeFolder(this.folder);
  }

  /** Where its dashboard is, as it says. */
  get dashboardUrl(): string {
    return this.#dashboard;
  }

  /** Ends it as Ctrl-C would. */
  async stop(): Promise<void> {
    await this.#end('SIGINT');
  }

  /** All that it printed and logged so far. */
  get output(): string {
    return this.#output;
  }

  #spawn(args: string[], http = '127.0.0.1:0', stdin: 'ignore' | 'pipe' = 'ignore'): ChildProcess {
    const child = spawn(process.execPath, [join(root, 'packages/harvester/bin/harvester.js'), ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, HOME: this.folder, HARVESTER_DATA: this.folder, HARVESTER_HTTP: http },
      stdio: [stdin, 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        for (const listener of this.#listeners) listener();
      });
    child.once(
      'exit',
      atExit(() => child.kill('SIGKILL')),
    );
    return child;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await within(endMs, `the end after ${signal}`, ended);
  }
}
