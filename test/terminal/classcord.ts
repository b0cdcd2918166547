import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { root, scratchFolder } from '../kit/scratch.ts';
import { until, within } from '../kit/wait.ts';

const endMs = 20_000;

export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** Somebody who uses `classcord` in pipes: a folder of settings, and programs that are run with it. */
export class Scripts {
  readonly config = scratchFolder('classcord');
  readonly #running = new Set<ChildProcess>();

  /** Runs it to its end. */
  async run(args: readonly string[], input: string | Buffer = ''): Promise<Outcome> {
    const running = this.start(args);
    // A program that needs no input may end before it is written.
    running.child.stdin!.on('error', () => {}).end(input);
    return await running.ended();
  }

  /** Starts it, and leaves its standard input open. */
  start(args: readonly string[]): Running {
    return this.#spawn(process.execPath, [join(root, 'packages/terminal/bin/classcord.js'), ...args]);
  }

  /** Runs a script that finds `classcord` in its PATH. */
  async shell(script: string, args: readonly string[]): Promise<Outcome> {
    const running = this.#spawn('sh', [script, ...args]);
    running.child.stdin!.end();
    return await running.ended();
  }

  #spawn(command: string, args: readonly string[]): Running {
    const child = spawn(command, args, {
      cwd: this.config,
      env: {
        PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
        HOME: this.config,
        XDG_CONFIG_HOME: this.config,
        LANG: 'en_GB.UTF-8',
        TZ: 'UTC',
      },
      stdio: 'pipe',
    });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return new Running(child);
  }

  /** Ends all that still runs. */
  close(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }
}

/** A `classcord` that runs. */
export class Running {
  readonly child: ChildProcess;
  out = '';
  err = '';
  readonly #closed: Promise<unknown>;

  constructor(child: ChildProcess) {
    this.child = child;
    this.#closed = once(child, 'close');
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.out += text;
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.err += text;
    });
  }

  /** Waits until so much was printed. */
  async printed(what: string, fits: (out: string) => boolean): Promise<void> {
    await until(
      what,
      listener => {
        this.child.stdout!.on('data', listener);
        return () => this.child.stdout!.off('data', listener);
      },
      () => fits(this.out),
    );
  }

  async ended(): Promise<Outcome> {
    await within(endMs, `the end of classcord (so far: ${this.out}${this.err})`, this.#closed);
    return { code: this.child.exitCode, out: this.out, err: this.err };
  }
}
