import { type FSWatcher, watch } from 'node:fs';
import { link, mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@aerie/contract';
import { causeOf } from '../file-cause.ts';
import { newId } from '../new-id.ts';
import {
  below,
  type Glance,
  glanceAt,
  inFolder,
  moveFile,
  NotPlain,
  namesIn,
  type Path,
  type PlainFile,
  readAny,
  removeFile,
  StillWritten,
  unlessGone,
} from './files.ts';
import { hasPlace } from './intake.store.ts';
import { digestOf, type Verdict } from './judging.ts';
import { isUnfinished, shownName } from './names.ts';
import type { IntakeParts } from './parts.ts';
import { largeBytes } from './reader.ts';
import type { Taker } from './taker.ts';

/** Of one folder, so many names are looked at before their files are taken up. */
const namesPerLook = 1_000;
/** So many files are read, and wait for their commit, at a time; of large ones only one. */
const atATime = 4;
/** Folders of sites that are watched; of more, only the sweeps know. */
const mostWatched = 4_096;
/** What watchers tell is gathered for so long. */
const gatherMs = 100;
/** A file that could not be taken up for a reason of this machine is tried again after this. */
const troubleMs = 30_000;

/** In the inbox, and nobody's file. */
const claimedFolder = '.taking';
const doneFolder = 'done';

/** A name that a look has found. */
interface Found {
  name: Buffer;
  /** Its path, as it is known by from one look to the next. */
  key: string;
  /** Below the folder that is held. */
  path: Buffer;
  glance: Glance;
}

/** Since when a file has looked as it does, on the clock that is never set. */
interface Waiting {
  mark: string;
  since: number;
  notBefore: number;
  /** That it cannot be taken up was said. */
  isTold: boolean;
}

export interface InboxParts extends IntakeParts {
  taker: Taker;
  judge(found: PlainFile | NotPlain, about: { name: string; folder: string | null }): Promise<Verdict>;
}

/**
 * The folder into which people and programs drop files. Watchers tell that something moved, sweeps find what watchers
 * missed. A file is first read where it lies; when it is whole it is moved aside, so that whoever replaces it replaces
 * nothing that is taken up.
 */
export class Inbox {
  readonly #parts: InboxParts;
  readonly #root: string;
  readonly #quietMs: number;
  readonly #patienceMs: number;
  readonly #waiting = new Map<string, Waiting>();
  readonly #watchers = new Map<string, FSWatcher>();
  /** When a folder is to be looked at, on the clock that is never set. */
  readonly #due = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #large: Promise<void> = Promise.resolve();
  #isStopped = false;
  #isRecovered = false;

  constructor(parts: InboxParts) {
    this.#parts = parts;
    this.#root = join(parts.folder, 'inbox');
    this.#quietMs = parts.quietMs ?? 2_000;
    this.#patienceMs = parts.patienceMs ?? 60_000;
  }

  /** Looks at all of it: at the start, and every half minute for file systems that tell nothing. */
  sweep(): Promise<void> {
    return this.#inTurn(async () => {
      const claims = join(this.#root, claimedFolder);
      // Whoever may write into the inbox may have put a link in its place.
      if ((await glanceAt(claims))?.kind === 'other') await removeFile(claims);
      for (const folder of ['', doneFolder, claimedFolder]) await mkdir(join(this.#root, folder), { recursive: true, mode: 0o700 });
      await mkdir(join(this.#parts.folder, 'quarantine'), { recursive: true, mode: 0o700 });
      await this.#takeLeftovers();
      const seen = new Set<string>();
      await this.#look('', seen);
      for (const folder of await this.#siteFolders()) await this.#look(folder, seen);
      for (const key of this.#waiting.keys()) if (!seen.has(key)) this.#waiting.delete(key);
      for (const [folder, watcher] of this.#watchers) {
        if ((await glanceAt(this.#pathOf(folder)))?.kind === 'folder') continue;
        watcher.close();
        this.#watchers.delete(folder);
      }
    });
  }

  /** Takes up nothing more, and resolves when what was begun is done. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    await this.#running.catch(() => undefined);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#running.then(async () => {
      if (!this.#isStopped) await work();
    });
    this.#running = done.catch(() => undefined);
    return done;
  }

  /** The path of a site's folder, or of the inbox itself: ''. Folders are known by their bytes, as latin1. */
  #pathOf(folder: string): Buffer {
    return folder === '' ? Buffer.from(this.#root) : below(this.#root, Buffer.from(folder, 'latin1'));
  }

  async #siteFolders(): Promise<string[]> {
    const folders: string[] = [];
    for await (const name of namesIn(this.#root)) {
      if (name[0] === 46 || name.toString('latin1') === doneFolder) continue;
      if ((await glanceAt(below(this.#root, name)))?.kind === 'folder') folders.push(name.toString('latin1'));
    }
    return folders.sort();
  }

  /** Looks at one folder and takes up what is whole. */
  async #look(folder: string, seen = new Set<string>()): Promise<void> {
    this.#due.delete(folder);
    if (folder === '') await this.#lookThrough('', this.#root, seen);
    else await inFolder(this.#pathOf(folder), held => this.#lookThrough(folder, held, seen));
  }

  async #lookThrough(folder: string, held: Path, seen: Set<string>): Promise<void> {
    this.#watch(folder);
    for (let hasMore = true; hasMore && !this.#isStopped; ) {
      const found = await this.#readyIn(folder, held, seen);
      hasMore = found.hasMore;
      // Oldest first: history grows as it happened.
      const ready = found.ready.sort((a, b) => a.glance.writtenAt - b.glance.writtenAt || Buffer.compare(a.name, b.name));
      let next = 0;
      const work = async () => {
        for (let one = ready[next++]; one && !this.#isStopped; one = ready[next++]) await this.#inItsPlace(folder, one);
      };
      await Promise.all(Array.from({ length: atATime }, work));
    }
  }

  /** What has not changed for long enough. */
  async #readyIn(folder: string, held: Path, seen: Set<string>): Promise<{ ready: Found[]; hasMore: boolean }> {
    const path = this.#pathOf(folder);
    const ready: Found[] = [];
    for await (const name of namesIn(held)) {
      if (isUnfinished(name)) continue;
      const file = below(held, name);
      const glance = await glanceAt(file);
      if (!glance || glance.kind === 'folder') {
        if (folder === '' && glance && name.toString('latin1') !== doneFolder) this.#watch(name.toString('latin1'));
        continue;
      }
      const key = below(path, name).toString('latin1');
      seen.add(key);
      const waitMs = this.#waitOf(key, glance);
      if (waitMs > 0) this.#lookIn(folder, waitMs);
      else if (ready.push({ name, key, path: file, glance }) >= namesPerLook) return { ready, hasMore: true };
    }
    return { ready, hasMore: false };
  }

  /** How long a file must still look as it does. */
  #waitOf(key: string, { mark, writtenAt }: Glance): number {
    const now = performance.now();
    let waiting = this.#waiting.get(key);
    if (waiting?.mark !== mark) {
      waiting = { mark, since: now, notBefore: 0, isTold: false };
      this.#waiting.set(key, waiting);
    }
    return Math.max(waiting.notBefore - now, this.#quietMs - this.#ageOf(waiting, writtenAt));
  }

  /** A file that was moved in has been whole for as long as nobody has written to it, however short it has been here. */
  #ageOf({ since }: Waiting, writtenAt: number): number {
    return Math.max(performance.now() - since, this.#parts.now() - writtenAt);
  }

  /** One large file after the other: what they need is bounded, and there is room for everybody else between them. */
  async #inItsPlace(folder: string, found: Found): Promise<void> {
    if (found.glance.size < largeBytes) return await this.#takeUp(folder, found);
    this.#large = this.#large.then(() => this.#takeUp(folder, found));
    await this.#large;
  }

  async #takeUp(folder: string, { name, key, path, glance }: Found): Promise<void> {
    try {
      const found = await readAny(path);
      if (!found) return;
      const about = { name: shownName(name), folder: folder === '' ? null : shownName(Buffer.from(folder, 'latin1')) };
      const verdict = await this.#parts.judge(found, about);
      const waiting = this.#waiting.get(key);
      const patienceMs = waiting ? this.#patienceMs - this.#ageOf(waiting, glance.writtenAt) : 0;
      if (waiting && verdict.mayGrow && patienceMs > 0) {
        waiting.notBefore = performance.now() + patienceMs;
        this.#lookIn(folder, patienceMs);
        return;
      }
      await this.#claim(folder, name, path, found, verdict);
      this.#waiting.delete(key);
    } catch (error) {
      if (error instanceof StillWritten) this.#lookIn(folder, this.#quietMs);
      else this.#leave(folder, name, key, error);
    }
  }

  /** Moves a file aside, looks whether it is still the one that was read, and settles it. */
  async #claim(folder: string, name: Buffer, path: Buffer, found: PlainFile | NotPlain, verdict: Verdict): Promise<void> {
    const claim = join(this.#root, claimedFolder, newId());
    const holder = folder === '' ? Buffer.from(claim) : below(claim, Buffer.from(folder, 'latin1'));
    await mkdir(holder, { recursive: true, mode: 0o700 });
    const claimed = below(holder, name);
    try {
      const isItself = await moveFile(path, claimed);
      await this.#parts.reached?.('claimed');
      const isSame = isItself ? (await glanceAt(claimed))?.mark === found.mark : await isCopyOf(claimed, found);
      if (isSame) await this.#parts.taker.settle(verdict, claimed);
      else await this.#putBack(claimed, path);
    } catch (error) {
      await this.#putBack(claimed, path);
      throw error;
    } finally {
      await rmdir(holder).catch(() => undefined);
      if (folder !== '') await rmdir(claim).catch(() => undefined);
    }
  }

  /** Where there is a new file of its name by now, it stays aside until the next sweep. */
  async #putBack(claimed: Buffer, path: Buffer): Promise<void> {
    try {
      await link(claimed, path);
      await removeFile(claimed);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' || code === 'ENOENT') return;
      // A file system without links.
      if (!(await glanceAt(path))) await moveFile(claimed, path).catch(unlessGone);
    }
  }

  /** Leaves a file where it is, for a later try; why is said once. */
  #leave(folder: string, name: Buffer, key: string, error: unknown): void {
    if (error instanceof AppError && error.code === 'stopping') return;
    const waiting = this.#waiting.get(key);
    if (!waiting?.isTold) {
      const why = error instanceof AppError ? error.message : causeOf(error);
      this.#parts.log.warning('REPORT', 'File cannot be taken up now; it stays in the inbox', { file: shownName(name), reason: why });
    }
    if (waiting) Object.assign(waiting, { notBefore: performance.now() + troubleMs, isTold: true });
    this.#lookIn(folder, troubleMs);
  }

  /** What a power failure left aside, or in quarantine without a word of it in the list. */
  async #takeLeftovers(): Promise<void> {
    await inFolder(join(this.#root, claimedFolder), async claims => {
      for await (const claim of namesIn(claims)) {
        const holder = below(claims, claim);
        await inFolder(holder, held => this.#takeClaimed(held, null));
        await rmdir(holder).catch(() => undefined);
      }
    });
    if (this.#isRecovered || this.#isStopped) return;
    this.#isRecovered = true;
    const quarantine = join(this.#parts.folder, 'quarantine');
    for await (const name of namesIn(quarantine)) {
      const shown = name.toString('utf8');
      if (shown.endsWith('.reason') || shown.startsWith('.')) continue;
      if (await hasPlace(this.#parts.store.read, join('quarantine', shown))) continue;
      await this.#takeLeftover(null, name, below(quarantine, name));
    }
  }

  /** What was moved aside: each file in a folder of its own, in one named as the site's folder when it lay in one. */
  async #takeClaimed(holder: Path, folder: string | null): Promise<void> {
    for await (const name of namesIn(holder)) {
      if (this.#isStopped) return;
      const path = below(holder, name);
      if ((await glanceAt(path))?.kind !== 'folder') await this.#takeLeftover(folder, name, path);
      else if (folder === null) {
        await inFolder(path, held => this.#takeClaimed(held, shownName(name)));
        await rmdir(path).catch(() => undefined);
      }
    }
  }

  async #takeLeftover(folder: string | null, name: Buffer, path: Buffer): Promise<void> {
    try {
      const found = await readAny(path);
      if (found) await this.#parts.taker.settle(await this.#parts.judge(found, { name: shownName(name), folder }), path);
    } catch (error) {
      this.#leave('', name, '', error);
    }
  }

  #watch(folder: string): void {
    if (this.#watchers.has(folder) || this.#watchers.size >= mostWatched || this.#isStopped) return;
    try {
      const watcher = watch(this.#pathOf(folder), { persistent: false });
      watcher.on('change', () => this.#lookIn(folder, gatherMs));
      // Its folder is gone, or the system has no watchers left: the sweeps go on.
      watcher.on('error', () => {
        watcher.close();
        this.#watchers.delete(folder);
      });
      this.#watchers.set(folder, watcher);
      // What came before it was watched.
      if (folder !== '') this.#lookIn(folder, gatherMs);
    } catch {
      // The sweeps know no less, only later.
    }
  }

  /** Looks at a folder in a while, or sooner when that was asked for before. */
  #lookIn(folder: string, ms: number): void {
    if (this.#isStopped) return;
    const at = performance.now() + ms;
    if ((this.#due.get(folder) ?? Number.POSITIVE_INFINITY) <= at) return;
    this.#due.set(folder, at);
    this.#wind();
  }

  #wind(): void {
    clearTimeout(this.#timer);
    if (this.#due.size === 0 || this.#isStopped) return;
    const first = Math.min(...this.#due.values());
    this.#timer = setTimeout(() => void this.#lookAtDue(), Math.max(0, first - performance.now()));
  }

  async #lookAtDue(): Promise<void> {
    await this.#inTurn(async () => {
      const now = performance.now();
      for (const [folder, at] of [...this.#due]) if (at <= now && !this.#isStopped) await this.#look(folder);
    }).catch((error: unknown) => {
      this.#parts.log.warning('REPORT', 'The inbox cannot be looked at now', { reason: causeOf(error) });
    });
    this.#wind();
  }
}

/** Of what is no plain file there is no copy: it is only told of. */
async function isCopyOf(path: Buffer, found: PlainFile | NotPlain): Promise<boolean> {
  if (found instanceof NotPlain) return true;
  const copy = await readAny(path);
  return copy !== undefined && digestOf(copy) === digestOf(found);
}
