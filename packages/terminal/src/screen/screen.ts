import type { WriteStream } from 'node:tty';
import { type Place, paint } from './paint.ts';
import { type Line, render } from './style.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The other screen, no wrapping at the last column, pasted text marked, news of focus. */
const enter = '\u001b[?1049h\u001b[?7l\u001b[?2004h\u001b[?1004h\u001b[2J';
const leave = '\u001b[?1004l\u001b[?2004l\u001b[?7h\u001b[?25h\u001b[0m\u001b[?1049l';

/** The screen of a terminal, while the program has it. */
export class Screen {
  readonly #output: WriteStream;
  readonly #colours: boolean;
  #shown: readonly string[] = [];
  #on = false;

  constructor(output: WriteStream, colours: boolean) {
    this.#output = output;
    this.#colours = colours;
  }

  get size(): Size {
    return { columns: this.#output.columns || 80, rows: this.#output.rows || 24 };
  }

  /** Takes the screen. `resized` is called when its size has changed. */
  start(resized: () => void): void {
    this.#on = true;
    this.#shown = [];
    this.#output.write(enter);
    this.#output.on('resize', () => {
      this.forget();
      resized();
    });
    // However the program ends, the terminal is left as it was.
    process.once('exit', this.stop);
  }

  /** Gives the terminal back as it was. */
  readonly stop = (): void => {
    if (!this.#on) return;
    this.#on = false;
    process.off('exit', this.stop);
    this.#output.removeAllListeners('resize');
    this.#output.write(leave);
  };

  /** Draws everything anew the next time: something else has written. */
  forget(): void {
    this.#shown = [];
    if (this.#on) this.#output.write('\u001b[2J');
  }

  /** Shows these lines, writing only what changed. */
  show(lines: readonly Line[], cursor: Place): void {
    if (!this.#on) return;
    const next = lines.map(line => render(line, this.#colours));
    this.#output.write(paint(this.#shown, next, cursor));
    this.#shown = next;
  }
}
