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

/** A log that goes to a file, or to stderr. `reopen` (on SIGHUP) lets logrotate move the file away. */
export class LineLog implements Log {
  readonly #file: string | undefined;
  readonly #now: () => number;
  #descriptor: number;
  #waiting = '';

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

  reopen(): void {
    if (this.#file === undefined) return;
    this.flush();
    const before = this.#descriptor;
    this.#descriptor = this.#open();
    closeSync(before);
  }

  #open(): number {
    if (this.#file === undefined) return 2;
    mkdirSync(dirname(this.#file), { recursive: true });
    return openSync(this.#file, 'a', 0o640);
  }

  /** Lines of one turn of the event loop leave in one write. */
  #write(level: Level, area: Area, sentence: string, fields?: Fields): void {
    if (this.#waiting === '') setImmediate(() => this.flush());
    this.#waiting += logLine(this.#now(), level, area, sentence, fields);
  }

  /** Writes what waits, at once. */
  flush(): void {
    const lines = this.#waiting;
    this.#waiting = '';
    try {
      if (lines !== '') writeSync(this.#descriptor, lines);
    } catch {
      // A full disk or a closed terminal must not take the service down; later lines try again.
    }
  }
}
