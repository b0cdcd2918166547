import type { Log } from './log.ts';
import type { Spool } from './spool.ts';

/** What is held in memory at most; beyond it the oldest goes. */
const mostReports = 500;
const mostBytes = 64 * 1024 * 1024;
const retryMs = 30_000;

/** Reports that could not be written, as on a full disk: held in memory and tried again, the newest first. */
export class Unwritten {
  readonly #spool: Spool;
  readonly #log: Log;
  /** From the oldest. */
  readonly #held: { text: string; at: number }[] = [];
  readonly #written: () => void;
  readonly #retryMs: number;
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;

  /** @param written is called when some of them are on the disk at last */
  constructor(spool: Spool, log: Log, written: () => void, everyMs = retryMs) {
    this.#spool = spool;
    this.#log = log;
    this.#written = written;
    this.#retryMs = everyMs;
  }

  get count(): number {
    return this.#held.length;
  }

  /** How many were lost because there were too many. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Keeps a report: on the disk, or in memory until there is room. @returns the name of its file, once it has one */
  keep(text: string, at: number): string | undefined {
    try {
      return this.#write(text, at);
    } catch (error) {
      this.#held.push({ text, at });
      this.#log.error('REPORT', 'A report could not be written; it is held in memory and tried again', {
        reason: (error as Error).message,
        held: this.#held.length,
      });
      this.#bound();
      this.#retryLater();
      return undefined;
    }
  }

  /** Forgets what is held: it is of another identity. @returns how many */
  forget(): number {
    clearTimeout(this.#timer);
    return this.#held.splice(0).length;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #retryLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retry(), this.#retryMs);
  }

  #retry(): void {
    let written = 0;
    for (let next = this.#held.at(-1); next; next = this.#held.at(-1)) {
      try {
        this.#write(next.text, next.at);
      } catch {
        break;
      }
      this.#held.pop();
      written += 1;
    }
    if (written > 0) this.#log.info('REPORT', 'Reports that were held in memory are written', { written, held: this.#held.length });
    if (this.#held.length > 0) this.#retryLater();
    if (written > 0) this.#written();
  }

  #write(text: string, at: number): string {
    try {
      return this.#spool.add(text, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== 'ENOSPC' && code !== 'EDQUOT') || !this.#spool.makeRoom(4 * text.length)) throw error;
      return this.#spool.add(text, at);
    }
  }

  #bound(): void {
    let bytes = this.#held.reduce((sum, { text }) => sum + text.length, 0);
    while (this.#held.length > mostReports || bytes > mostBytes) {
      bytes -= this.#held.shift()!.text.length;
      this.#dropped += 1;
      this.#log.error('REPORT', 'Too many reports are held in memory: the oldest is lost', { held: this.#held.length });
    }
  }
}
