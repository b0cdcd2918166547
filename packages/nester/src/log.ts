import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Fields, isoWithOffset, type Level, logLine } from '@aerie/contract/log-line';

export { type Fields, isoWithOffset, type Level, logLine };

export type Area =
  | 'START'
  | 'STOP'
  | 'CONNECT'
  | 'DISCONNECT'
  | 'LOGIN'
  | 'MESSAGE'
  | 'ADMIN'
  | 'PROBE'
  | 'REPORT'
  | 'INCIDENT'
  | 'HTTP'
  | 'STORE'
  | 'BACKUP'
  | 'SYSTEM';

/** Writes lines: time, level, [AREA], sentence, then fields as JSON. */
export interface Log {
  info(area: Area, sentence: string, fields?: Fields): void;
  warning(area: Area, sentence: string, fields?: Fields): void;
  error(area: Area, sentence: string, fields?: Fields): void;
}

/** From one write to the next, at least: lines of a crowd wait so long for each other, a line that comes alone does not. */
const gatherMs = 2;
/** What is kept for later when it cannot be written now, such as on a full disk. */
const mostKept = 1024 * 1024;

/** A log that goes to a file, or to stderr. `reopen` (on SIGHUP) lets logrotate move the file away. */
export class LineLog implements Log {
  readonly #file: string | undefined;
  readonly #now: () => number;
  #descriptor: number;
  #waiting = '';
  /** On the monotonic clock, milliseconds. */
  #writtenAt = Number.NEGATIVE_INFINITY;
  /** What a write before has left, perhaps in the middle of a line. */
  #rest: Buffer = Buffer.alloc(0);
  #lost = 0;

  /** Throws when the file cannot be opened: a service that cannot log must not start. */
  constructor(file: string | undefined, now: () => number) {
    this.#file = file;
    this.#now = now;
    this.#descriptor = this.#open();
    process.on('exit', () => this.flush());
  }

  info(area: Area, sentence: string, fields?: Fields): void {
    this.#write('INFO', area, sentence, fields);
  }

  warning(area: Area, sentence: string, fields?: Fields): void {
    this.#write('WARNING', area, sentence, fields);
  }

  error(area: Area, sentence: string, fields?: Fields): void {
    this.#write('ERROR', area, sentence, fields);
  }

  /**
   * Writes what waits to the file that was moved away, and the lines from now on to a new one of the old name. When that cannot
   * be opened, the lines go on into the file that is open, and say so: a wrong mode must not end a service that runs.
   */
  reopen(): void {
    if (this.#file === undefined) return;
    this.flush();
    const before = this.#descriptor;
    try {
      this.#descriptor = this.#open();
    } catch (error) {
      this.error('SYSTEM', 'The log could not be opened again', { file: this.#file, reason: (error as Error).message });
      return;
    }
    closeSync(before);
  }

  #open(): number {
    if (this.#file === undefined) return 2;
    mkdirSync(dirname(this.#file), { recursive: true });
    return openSync(this.#file, 'a', 0o640);
  }

  /** Lines of a moment leave in one write: of a crowd that comes in, each would have one of its own. */
  #write(level: Level, area: Area, sentence: string, fields?: Fields): void {
    if (this.#waiting === '') {
      const since = performance.now() - this.#writtenAt;
      if (since >= gatherMs) setImmediate(() => this.flush());
      else setTimeout(() => this.flush(), gatherMs - since);
    }
    this.#waiting += logLine(this.#now(), level, area, sentence, fields);
  }

  /** Writes what waits, at once. A full disk must not take the service down: what cannot be written is tried again with the next lines. */
  flush(): void {
    const lines = this.#waiting;
    this.#waiting = '';
    this.#writtenAt = performance.now();
    if (this.#rest.length > 0) this.#rest = this.#put(this.#rest);
    if (this.#rest.length > mostKept) {
      this.#lost += lines.split('\n').length - 1;
      return;
    }
    const gap = this.#lost > 0 ? logLine(this.#now(), 'ERROR', 'SYSTEM', 'Lines of the log were lost', { lines: this.#lost }) : '';
    this.#lost = 0;
    this.#rest = this.#put(Buffer.concat([this.#rest, Buffer.from(gap + lines)]));
  }

  /** What is left of this that cannot be written now: the disk is full, or whoever reads a pipe is slow or gone. */
  #put(bytes: Buffer): Buffer {
    let left = bytes;
    try {
      while (left.length > 0) left = left.subarray(writeSync(this.#descriptor, left));
    } catch {
      // Tried again with the next lines.
    }
    return left;
  }
}
