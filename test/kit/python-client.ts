import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';
import { program } from './needs.ts';
import { root } from './scratch.ts';
import { until } from './wait.ts';

/** Runs a program on a terminal of its own, and hands on what is typed and shown. */
const onTerminal = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

/** The example client, run as its user runs it, its keyboard and its screen being pipes. */
export class PythonClient {
  readonly #process: ChildProcess;
  readonly #listeners = new Set<() => void>();
  #seen = 0;
  /** All that it printed on its screen. */
  screen = '';
  /** All that it complained of. */
  complaints = '';

  /** @param where `terminal`: what it prints is mixed with what the terminal shows of what is typed */
  constructor(where: 'pipes' | 'terminal', ...args: string[]) {
    const env = { PATH: process.env.PATH, LC_ALL: 'C' };
    const python = program('python3');
    const client = [join(root, 'examples/client.py'), ...args];
    this.#process = spawn(python, where === 'pipes' ? client : ['-c', onTerminal, python, ...client], { env, stdio: 'pipe' });
    this.#process.once(
      'close',
      atExit(() => this.#process.kill('SIGKILL')),
    );
    this.#process.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.screen += text;
      this.#tell();
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.complaints += text;
    });
    this.#process.once('close', () => this.#tell());
  }

  type(...lines: string[]): void {
    this.#process.stdin!.write(lines.map(line => `${line}\n`).join(''));
  }

  /** Ctrl-D. */
  typeEnd(): void {
    this.#process.stdin!.end();
  }

  /** Resolves when this line is printed after those that were waited for before. */
  async prints(line: string): Promise<void> {
    const at = () => `\n${this.screen}`.indexOf(`\n${line}\n`, this.#seen);
    await this.#until(line, () => at() !== -1 || this.#hasEnded);
    if (at() === -1) throw new Error(`it ended without printing "${line}":\n${this.screen}${this.complaints}`);
    this.#seen = at() + line.length;
  }

  /** Resolves when this text stands on the screen. */
  async shows(text: string): Promise<void> {
    await this.#until(text, () => this.screen.includes(text) || this.#hasEnded);
    if (!this.screen.includes(text)) throw new Error(`it ended without showing "${text}":\n${this.screen}${this.complaints}`);
  }

  /** Its exit code, when it ends. */
  async end(): Promise<number | null> {
    await this.#until('the end of the client', () => this.#hasEnded);
    return this.#process.exitCode;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    await until(
      what,
      listener => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      holds,
    );
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
