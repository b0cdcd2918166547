import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { removeFolder, root, scratchFolder } from './scratch.ts';
import { within } from './wait.ts';

const startMs = 30_000;
const endMs = 15_000;

/** A Harvester of its own: a real process with its own folder. It can be killed and started again in the same place. */
export class Harvester {
  readonly folder = scratchFolder('harvester');
  #process: ChildProcess | undefined;
  #output = '';

  /** Pastes the line of a site's page, such as `harvester enrol URL CODE`. */
  async paste(line: string): Promise<void> {
    const [program, ...args] = line.split(' ');
    if (program !== 'harvester') throw new Error(`not a line for a Harvester: ${line}`);
    const child = this.#spawn(args);
    const [code] = await within(startMs, line, once(child, 'exit'));
    if (code !== 0) throw new Error(`${line}: ended with ${code}:\n${this.#output}`);
  }

  /** Runs it; resolves when it is ready. */
  async start(): Promise<void> {
    const child = this.#spawn(['run']);
    this.#process = child;
    const ready = Promise.withResolvers<void>();
    let stdout = '';
    child.stdout!.on('data', (text: string) => {
      stdout += text;
      if (/^ready\b/m.test(stdout)) ready.resolve();
    });
    child.once('exit', (code, signal) => ready.reject(new Error(`the Harvester ended (${code ?? signal}):\n${this.#output}`)));
    await within(startMs, 'the ready line of the Harvester', ready.promise);
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

  /** All that it printed and logged so far. */
  get output(): string {
    return this.#output;
  }

  #spawn(args: string[]): ChildProcess {
    const child = spawn(process.execPath, [join(root, 'packages/harvester/bin/harvester.js'), ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, HOME: this.folder, HARVESTER_DATA: this.folder, HARVESTER_HTTP: '127.0.0.1:0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    const killOrphan = () => child.kill('SIGKILL');
    process.once('exit', killOrphan);
    child.once('exit', () => process.off('exit', killOrphan));
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
