import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export type Level = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';
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
  | 'SYSTEM';
export type Fields = Record<string, string | number | boolean | null | undefined>;

/** Writes lines: time, level, [AREA], sentence, then fields as JSON. */
export interface Log {
  info(area: Area, sentence: string, fields?: Fields): void;
  warning(area: Area, sentence: string, fields?: Fields): void;
  error(area: Area, sentence: string, fields?: Fields): void;
}

/**
 * One log line. Sentences are our own words; what a stranger typed belongs in `fields`, where JSON escapes it
 * (U+2028 and U+2029 too, and everything below U+0020), so that nobody can forge a line.
 * An address may stand in a sentence because the socket gives it, not the stranger.
 */
export function logLine(at: number, level: Level, area: Area, sentence: string, fields: Fields = {}): string {
  const json = JSON.stringify(fields).replace(/[\u007f-\u009f\u2028\u2029]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `${isoWithOffset(at)} ${level} [${area}] ${sentence}${json === '{}' ? '' : ` ${json}`}\n`;
}

/** ISO 8601 in local time with milliseconds and offset: `2026-11-21T23:18:05.123+01:00`. */
export function isoWithOffset(at: number): string {
  const date = new Date(at);
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  const pad = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, '0');
  return `${new Date(at + offset * 60_000).toISOString().slice(0, -1)}${sign}${pad(offset / 60)}:${pad(offset % 60)}`;
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
