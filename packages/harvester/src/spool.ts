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
const dayMs = 86_400_000;
/** Reports that were sent and stay readable here, whatever their size. */
const mostSent = 5_000;

interface SpoolOptions {
  now?: () => number;
  /** How long reports are kept, and how many bytes of them. Those that were sent go first. */
  keepMs?: number;
  keepBytes?: number;
  /** Something is lost or set aside, which somebody should know. */
  warn?: (sentence: string, name: string) => void;
}

/** A report that Nester has not confirmed. */
export interface Waiting {
  readonly name: string;
  readonly writtenAt: number;
  readonly bytes: number;
  /** Grows with each report that is found here: a clock that is set back does not make a new one old. */
  readonly order: number;
}

interface Kept {
  name: string;
  writtenAt: number;
  bytes: number;
  isWaiting: boolean;
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
  readonly #aside: string;
  readonly #now: () => number;
  readonly #keepMs: number;
  readonly #keepBytes: number;
  readonly #warn: (sentence: string, name: string) => void;
  /** What waits, from the oldest; read once, and again when somebody else may have added to it. */
  #queue: Waiting[] | undefined;
  #orders = 0;
  #dropped = 0;

  constructor(folder: string, { now = Date.now, keepMs = 14 * dayMs, keepBytes = 1024 ** 3, warn = () => {} }: SpoolOptions = {}) {
    this.#reports = join(folder, 'reports');
    this.#markers = join(folder, 'spool');
    this.#rejected = join(folder, 'rejected');
    this.#aside = join(folder, 'aside');
    this.#now = now;
    this.#keepMs = keepMs;
    this.#keepBytes = keepBytes;
    this.#warn = warn;
    for (const path of [this.#reports, this.#markers]) mkdirSync(path, { recursive: true, mode: 0o700 });
  }

  /** Keeps a report, durably, and answers the name of its file. A name that exists is never used again. */
  add(text: string, at: number): string {
    const name = this.#reserve(at);
    const path = join(this.#reports, name);
    try {
      syncFolder(this.#markers);
      writeDurably(path, text, 0o640);
    } catch (error) {
      // The disk is full, say: the report is not there, and must not seem to be.
      if (!existsSync(path)) rmSync(join(this.#markers, name), { force: true });
      throw error;
    }
    this.#loaded().push({ name, writtenAt: this.#now(), bytes: Buffer.byteLength(text), order: ++this.#orders });
    return name;
  }

  /** The reports that Nester lacks, from the oldest, as they stand on the disk now. */
  pending(): Waiting[] {
    this.refresh();
    return [...this.#queue!];
  }

  /** Looks for what another program has added, or somebody has removed. */
  refresh(): void {
    const known = new Map(this.#queue?.map(one => [one.name, one]));
    const found = readdirSync(this.#markers)
      .filter(isReportName)
      .flatMap(name => {
        const before = known.get(name);
        if (before) return [before];
        const stat = statSync(join(this.#reports, name), { throwIfNoEntry: false });
        return stat ? [{ name, writtenAt: stat.mtimeMs, bytes: stat.size, order: 0 }] : [];
      });
    const isNew = ({ order }: Waiting) => order === 0;
    const fresh = found.filter(isNew).sort(byAge);
    this.#queue = [
      ...found.filter(one => !isNew(one)).sort((a, b) => a.order - b.order),
      ...fresh.map(one => ({ ...one, order: ++this.#orders })),
    ];
  }

  get depth(): number {
    return this.#loaded().length;
  }

  /** Reports that were dropped before they were sent, since this was opened. */
  get dropped(): number {
    return this.#dropped;
  }

  newest(): Waiting | undefined {
    return this.#loaded().at(-1);
  }

  /** The oldest that waits, of those that are not in `except`. */
  oldest(except: ReadonlySet<string>): Waiting | undefined {
    return this.#loaded().find(({ name }) => !except.has(name));
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
    const queue = this.#loaded();
    const at = queue.findIndex(one => one.name === name);
    if (at >= 0) queue.splice(at, 1);
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

  /** What waits is of another identity: it is moved to `aside/` and never sent. @returns how many */
  setAside(): number {
    const waiting = this.pending();
    if (waiting.length > 0) mkdirSync(this.#aside, { recursive: true, mode: 0o700 });
    for (const { name } of waiting) {
      renameSync(join(this.#reports, name), join(this.#aside, name));
      this.sent(name);
    }
    return waiting.length;
  }

  /** The newest report; undefined before the first. */
  latest(): { name: string; text: string } | undefined {
    const name = this.#kept().at(-1)?.name;
    return name === undefined ? undefined : { name, text: readFileSync(join(this.#reports, name), 'utf8') };
  }

  /** Removes what a crash left behind, and the oldest files past what is kept. */
  tidy(): void {
    for (const name of readdirSync(this.#reports)) {
      const path = join(this.#reports, name);
      if (name.endsWith('.tmp') && this.#now() - (timeOf(path) ?? 0) > orphanMs) rmSync(path, { force: true });
    }
    for (const name of readdirSync(this.#markers)) {
      const marker = join(this.#markers, name);
      if (!existsSync(join(this.#reports, name)) && this.#now() - (timeOf(marker) ?? 0) > orphanMs) rmSync(marker, { force: true });
    }
    const all = this.#kept();
    const tooOld = new Set(outlived(all, this.#now(), this.#keepMs));
    for (const one of tooOld) this.#drop(one);
    const rest = all.filter(one => !tooOld.has(one));
    const sent = rest.filter(({ isWaiting }) => !isWaiting);
    const surplus = sent.splice(0, Math.max(0, sent.length - mostSent));
    for (const one of surplus) this.#drop(one);
    let bytes = rest.reduce((sum, one) => sum + one.bytes, 0) - surplus.reduce((sum, one) => sum + one.bytes, 0);
    // What was sent is only a memory; what was not is not known anywhere else.
    for (const one of [...sent, ...rest.filter(({ isWaiting }) => isWaiting)]) {
      if (bytes <= this.#keepBytes) break;
      bytes -= one.bytes;
      this.#drop(one);
    }
  }

  /** Makes room on a full disk: removes the oldest of those that were sent. @returns whether anything was removed */
  makeRoom(bytes: number): boolean {
    let freed = 0;
    for (const one of this.#kept()) {
      if (one.isWaiting) continue;
      this.#drop(one);
      freed += one.bytes;
      if (freed >= bytes) break;
    }
    return freed > 0;
  }

  #drop({ name, isWaiting }: Kept): void {
    rmSync(join(this.#reports, name), { force: true });
    if (!isWaiting) return;
    this.sent(name);
    this.#dropped += 1;
    this.#warn('The spool is full: the oldest report was dropped before it was sent', name);
  }

  /** All reports, from the oldest. */
  #kept(): Kept[] {
    const waiting = new Set(readdirSync(this.#markers));
    return readdirSync(this.#reports)
      .filter(isReportName)
      .flatMap(name => {
        const stat = statSync(join(this.#reports, name), { throwIfNoEntry: false });
        return stat ? [{ name, writtenAt: stat.mtimeMs, bytes: stat.size, isWaiting: waiting.has(name) }] : [];
      })
      .sort(byAge);
  }

  #loaded(): Waiting[] {
    if (!this.#queue) this.refresh();
    return this.#queue!;
  }

  /** The marker under the first free name from `at` on: two reports of one second, or of the hour that a clock goes back, differ. */
  #reserve(at: number): string {
    // Before the new report stands there: what is found now is older than it.
    this.#loaded();
    for (let second = at; ; second += 1_000) {
      const name = reportName(new Date(second));
      if (existsSync(join(this.#rejected, name)) || existsSync(join(this.#aside, name))) continue;
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

/**
 * Those that are older than is kept. A stretch without reports counts as a day at most: a machine that was off, or a clock that
 * jumped a year ahead, must not cost what was never sent.
 */
function outlived(fromOldest: readonly Kept[], now: number, keepMs: number): Kept[] {
  let age = 0;
  let later = now;
  for (let i = fromOldest.length - 1; i >= 0; i -= 1) {
    age += Math.min(dayMs, Math.max(0, later - fromOldest[i]!.writtenAt));
    later = fromOldest[i]!.writtenAt;
    if (age > keepMs) return fromOldest.slice(0, i + 1);
  }
  return [];
}

function timeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function byAge(a: { writtenAt: number; name: string }, b: { writtenAt: number; name: string }): number {
  return a.writtenAt - b.writtenAt || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
