import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { syncFolder, writeDurably } from './files.ts';
import { isReportName, reportName } from './report-name.ts';

/** A marker that has no report after this long is of a Harvester that was killed between the two. */
const orphanMs = 10 * 60_000;

interface SpoolOptions {
  now?: () => number;
  /** How many reports that were sent stay readable, and how many may wait. */
  keepSent?: number;
  keepUnsent?: number;
  /** Something is lost or set aside, which somebody should know. */
  warn?: (sentence: string, name: string) => void;
}

/** A report that Nester has not confirmed. */
export interface Waiting {
  name: string;
  writtenAt: number;
}

/**
 * The reports of a Harvester and which of them Nester still lacks. A report is a file in `reports/`; while an empty marker of
 * the same name stands in `spool/`, Nester has not confirmed it. The marker is made first and removed last: after a crash at
 * any moment a report is sent again rather than forgotten, and Nester takes each id once.
 */
export class Spool {
  readonly #reports: string;
  readonly #markers: string;
  readonly #rejected: string;
  readonly #now: () => number;
  readonly #keepSent: number;
  readonly #keepUnsent: number;
  readonly #warn: (sentence: string, name: string) => void;
  /** When each report that waits was written. */
  readonly #times = new Map<string, number>();

  constructor(folder: string, { now = Date.now, keepSent = 2_000, keepUnsent = 20_000, warn = () => {} }: SpoolOptions = {}) {
    this.#reports = join(folder, 'reports');
    this.#markers = join(folder, 'spool');
    this.#rejected = join(folder, 'rejected');
    this.#now = now;
    this.#keepSent = keepSent;
    this.#keepUnsent = keepUnsent;
    this.#warn = warn;
    for (const path of [this.#reports, this.#markers]) mkdirSync(path, { recursive: true, mode: 0o700 });
  }

  /** Keeps a report, durably, and answers the name of its file. A name that exists is never used again. */
  add(text: string, at: number): string {
    const name = this.#reserve(at);
    syncFolder(this.#markers);
    writeDurably(join(this.#reports, name), text, 0o640);
    return name;
  }

  /** The reports that Nester lacks, from the oldest. */
  pending(): Waiting[] {
    return readdirSync(this.#markers)
      .filter(isReportName)
      .flatMap(name => {
        const writtenAt = this.#times.get(name) ?? timeOf(join(this.#reports, name));
        if (writtenAt === undefined) return [];
        // A name is used once, so that a backlog of months is not looked at file by file for each upload.
        this.#times.set(name, writtenAt);
        return [{ name, writtenAt }];
      })
      .sort((a, b) => a.writtenAt - b.writtenAt || compare(a.name, b.name));
  }

  get depth(): number {
    return this.pending().length;
  }

  /** The bytes of a report, as they were written; undefined, and no longer waiting, when somebody has removed it. */
  read(name: string): Buffer | undefined {
    try {
      return readFileSync(join(this.#reports, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.sent(name);
      this.#warn('A report that was to be sent is gone', name);
      return undefined;
    }
  }

  /** Nester has it. */
  sent(name: string): void {
    this.#times.delete(name);
    rmSync(join(this.#markers, name), { force: true });
  }

  /** Nester will never take it: it is set aside with the reason beside it. */
  reject(name: string, reason: string): void {
    mkdirSync(this.#rejected, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.#rejected, `${name}.reason`), `${reason}\n`);
    renameSync(join(this.#reports, name), join(this.#rejected, name));
    this.sent(name);
    this.#warn('A report was rejected and set aside in rejected/', name);
  }

  /** The newest report; undefined before the first. */
  latest(): { name: string; text: string } | undefined {
    const name = this.#byAge().at(-1);
    return name === undefined ? undefined : { name, text: readFileSync(join(this.#reports, name), 'utf8') };
  }

  /** Removes what a crash left behind, and the oldest files past what is kept. */
  tidy(): void {
    for (const name of readdirSync(this.#reports)) {
      const path = join(this.#reports, name);
      if (name.endsWith('.tmp') && this.#now() - (timeOf(path) ?? 0) > orphanMs) rmSync(path, { force: true });
    }
    const waiting = new Set(readdirSync(this.#markers));
    for (const name of waiting) {
      const marker = join(this.#markers, name);
      if (!existsSync(join(this.#reports, name)) && this.#now() - (timeOf(marker) ?? 0) > orphanMs) rmSync(marker, { force: true });
    }
    const all = this.#byAge();
    const sent = all.filter(name => !waiting.has(name));
    for (const name of sent.slice(0, Math.max(0, sent.length - this.#keepSent))) rmSync(join(this.#reports, name), { force: true });
    const unsent = all.filter(name => waiting.has(name));
    for (const name of unsent.slice(0, Math.max(0, unsent.length - this.#keepUnsent))) {
      rmSync(join(this.#reports, name), { force: true });
      this.sent(name);
      this.#warn(`More than ${this.#keepUnsent} reports wait to be sent: the oldest was dropped`, name);
    }
  }

  #byAge(): string[] {
    return readdirSync(this.#reports)
      .filter(isReportName)
      .map(name => ({ name, writtenAt: timeOf(join(this.#reports, name)) ?? 0 }))
      .sort((a, b) => a.writtenAt - b.writtenAt || compare(a.name, b.name))
      .map(({ name }) => name);
  }

  /** The marker under the first free name from `at` on: two reports of one second, or of the hour that a clock goes back, differ. */
  #reserve(at: number): string {
    for (let second = at; ; second += 1_000) {
      const name = reportName(new Date(second));
      if (existsSync(join(this.#rejected, name))) continue;
      try {
        closeSync(openSync(join(this.#markers, name), 'wx', 0o600));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
        throw error;
      }
      if (!existsSync(join(this.#reports, name))) return name;
      rmSync(join(this.#markers, name), { force: true });
    }
  }
}

function timeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
