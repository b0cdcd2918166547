import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { program } from '../kit/needs.ts';
import { root, scratchFolder } from '../kit/scratch.ts';
import { until } from '../kit/wait.ts';

const classcord = join(root, 'packages', 'terminal', 'bin', 'classcord.js');

const showMs = 10_000;

/** A terminal with a shell in it, as a person has one before them. */
export class Pane {
  /** Where the client keeps its settings. */
  readonly config = scratchFolder('classcord');
  // A socket's path must be short, which a checkout's need not be.
  readonly #folder = mkdtempSync(join(tmpdir(), 'aerie-tmux-'));

  constructor({ columns = 100, rows = 30, language = 'en_GB.UTF-8' } = {}) {
    const environment = {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: this.config,
      XDG_CONFIG_HOME: this.config,
      LANG: language,
      TZ: 'UTC',
    };
    const variables = Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    this.#tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), ...variables, 'exec sh');
    // However the tests end, their terminals end with them.
    this.#tmux('run-shell', '-b', `while kill -0 ${process.pid} 2>/dev/null; do sleep 2; done; kill #{pid}`);
    process.once('exit', this.close);
  }

  /** Clears the screen, types a command line that runs `classcord`, and Enter. */
  classcord(...args: string[]): void {
    this.#run('', args);
  }

  /** The same, with a variable of the environment, such as `NO_COLOR=1`. */
  classcordWith(variable: string): void {
    this.#run(`${variable} `, []);
  }

  #run(before: string, args: string[]): void {
    this.type(`clear; ${before}'${process.execPath}' '${classcord}' ${args.map(arg => `'${arg}'`).join(' ')}`);
    this.press('Enter');
  }

  /** Types a text, letter by letter. */
  type(text: string): void {
    this.#tmux('send-keys', '-l', '--', text);
  }

  /** Types a line and Enter. */
  say(line: string): void {
    this.type(line);
    this.press('Enter');
  }

  /** Presses keys, by tmux's names: Enter, Tab, PageUp, M-Up, C-c. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** Pastes a text, as a terminal does that marks what is pasted. */
  paste(text: string): void {
    this.#tmux('set-buffer', '--', text);
    this.#tmux('paste-buffer', '-p');
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** What stands on the screen; spaces that do not break (French sets them before a colon) are spaces. */
  get text(): string {
    return this.#tmux('capture-pane', '-p').replaceAll('\u00a0', ' ');
  }

  /** What stands on the screen, with the codes of its styles. */
  get styled(): string {
    return this.#tmux('capture-pane', '-p', '-e');
  }

  /** The lines of the screen from some column on, without spaces at their ends. */
  lines(from = 0): string[] {
    return this.text.split('\n').map(line => line.slice(from).trimEnd());
  }

  /** A variable of tmux, such as `pane_title`. */
  tell(variable: string): string {
    return this.#tmux('display-message', '-p', `#{${variable}}`).trim();
  }

  /** Waits until something stands on the screen. */
  async shows(what: string | RegExp): Promise<void> {
    await this.holds(`"${what}" on the screen`, text => (typeof what === 'string' ? text.includes(what) : what.test(text)));
  }

  /** Waits until the screen is as it should be. */
  async holds(what: string, fits: (text: string) => boolean): Promise<void> {
    try {
      await until(what, often, () => fits(this.text), showMs);
    } catch (error) {
      throw new Error(`${(error as Error).message}; there stood:\n${this.text}`);
    }
  }

  readonly close = (): void => {
    process.off('exit', this.close);
    try {
      this.#tmux('kill-server');
    } catch {
      // It ended by itself with its last shell.
    }
    rmSync(this.#folder, { recursive: true, force: true });
  };

  #tmux(...args: string[]): string {
    const all = ['-S', join(this.#folder, 'socket'), '-u', '-f', '/dev/null', ...args];
    // Its own variables only: a test that itself runs inside tmux must not reach that one.
    return execFileSync(program('tmux'), all, {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, TERM: 'xterm-256color' },
    });
  }
}

/** Nobody tells when a screen changes: it is looked at again and again. */
function often(listener: () => void): () => void {
  const timer = setInterval(listener, 50);
  return () => clearInterval(timer);
}
