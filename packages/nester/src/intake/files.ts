import { close, constants, existsSync, open as openDescriptor } from 'node:fs';
import { copyFile, lstat, mkdir, open, opendir, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newId } from '../new-id.ts';
import { fileBytes } from './reading.ts';

/** A path may hold a name that is no text: people's names are taken as the bytes that they are. */
export type Path = string | Buffer;

/** A plain file, read through one descriptor. */
export interface PlainFile {
  /** Undefined when it is too large to be read. */
  bytes: Buffer | undefined;
  size: number;
  writtenAt: number;
  /** Tells it from any other file, and from itself once it was written again. */
  mark: string;
}

/** Something that is no plain file of its own; it was not opened, or not read. */
export class NotPlain extends Error {
  readonly kind: string;
  readonly mark: string;

  constructor(kind: string, mark: string) {
    super(kind);
    this.kind = kind;
    this.mark = mark;
  }
}

/** It changed while it was read: whoever writes it has not ended. */
export class StillWritten extends Error {}

interface Stats {
  dev: bigint;
  ino: bigint;
  size: bigint;
  nlink: bigint;
  mtimeNs: bigint;
  isFile(): boolean;
  isSymbolicLink(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

/** What a look at a name, without opening it, tells. */
export interface Glance {
  kind: 'file' | 'folder' | 'other';
  size: number;
  mark: string;
  writtenAt: number;
}

/** Undefined when there is nothing of that name. */
export async function glanceAt(path: Path): Promise<Glance | undefined> {
  const stats = await lstat(path, { bigint: true }).catch(unlessGone);
  if (!stats) return undefined;
  const kind = stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other';
  return { kind, size: Number(stats.size), mark: markOf(stats), writtenAt: writtenAt(stats) };
}

/**
 * Reads a plain file: opened once, never through a link, and looked at again when it has been read. Its size is bounded.
 * @returns undefined when it is gone
 * @throws NotPlain, StillWritten
 */
async function readPlain(path: Path): Promise<PlainFile | undefined> {
  const glance: Stats | undefined = await lstat(path, { bigint: true }).catch(unlessGone);
  if (!glance) return undefined;
  // To open a device or a pipe can do something already.
  requirePlain(glance);
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP') throw new NotPlain('symbolic link', markOf(glance));
    return unlessGone(error);
  });
  if (!file) return undefined;
  try {
    const before: Stats = await file.stat({ bigint: true });
    requirePlain(before);
    const size = Number(before.size);
    const facts = { size, writtenAt: writtenAt(before), mark: markOf(before) };
    if (size > fileBytes) return { ...facts, bytes: undefined };
    const bytes = Buffer.alloc(size);
    let length = 0;
    while (length < size) {
      const { bytesRead } = await file.read(bytes, length, size - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length < size || markOf(await file.stat({ bigint: true })) !== facts.mark) throw new StillWritten();
    return { ...facts, bytes };
  } finally {
    await file.close();
  }
}

/** The same, with what is no plain file as an answer too. */
export async function readAny(path: Path): Promise<PlainFile | NotPlain | undefined> {
  try {
    return await readPlain(path);
  } catch (error) {
    if (error instanceof NotPlain) return error;
    throw error;
  }
}

/** The first bytes of a plain file; undefined when it is gone or no plain file. */
export async function headOf(path: Path, most: number): Promise<Buffer | undefined> {
  try {
    const glance: Stats | undefined = await lstat(path, { bigint: true }).catch(unlessGone);
    if (!glance) return undefined;
    requirePlain(glance);
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const bytes = Buffer.alloc(most);
      const { bytesRead } = await file.read(bytes, 0, most, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

/**
 * Does work in a folder that is held open: whatever its name stands for meanwhile, the work is done in that folder. A link
 * to one is none.
 * @param work is given the path under which the folder is held
 */
export async function inFolder(path: Path, work: (held: Path) => Promise<void>): Promise<void> {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const folder = await promisify(openDescriptor)(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ELOOP' ? undefined : unlessGone(error),
  );
  if (folder === undefined) return;
  try {
    // Where the system has no such paths, what is looked at may still be changed under our eyes.
    const held = `/proc/self/fd/${folder}`;
    await work(existsSync(held) ? held : path);
  } finally {
    await promisify(close)(folder);
  }
}

/**
 * A path for a new file in a folder of ours, below the data folder: its name, or that with a number.
 * @param given places that files are on their way to; the one that is found is added
 */
export async function freePlace(data: string, folder: string, name: string, given: Set<string>): Promise<string> {
  await mkdir(join(data, folder), { recursive: true, mode: 0o700 });
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let n = 1; ; n++) {
    const place = join(folder, n === 1 ? name : `${stem}-${n}${ending}`);
    const [taken, explained] = await Promise.all([glanceAt(join(data, place)), glanceAt(join(data, `${place}.reason`))]);
    if (taken || explained || isGiven(place, given)) continue;
    given.add(place);
    return place;
  }
}

/** Whether a file is on its way there, or the reason that will lie beside one. */
export function isGiven(place: string, given: ReadonlySet<string>): boolean {
  return given.has(place) || given.has(`${place}.reason`) || given.has(place.replace(/\.reason$/, ''));
}

/**
 * Moves a file, from one file system to another too. What is there under the new name is replaced: ask `freePlace` first.
 * @returns false when what lies there now is a copy
 */
export async function moveFile(from: Path, to: Path): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const before = await glanceAt(from);
    // A copy of a link would be a copy of whatever it names.
    if (before?.kind === 'file') await copyDurably(from, to);
    if ((await glanceAt(from))?.mark === before?.mark) await removeFile(from);
    return false;
  }
}

async function copyDurably(from: Path, to: Path): Promise<void> {
  const target = Buffer.from(to);
  const half = below(target.subarray(0, target.lastIndexOf('/')), Buffer.from(`.half-${newId()}`));
  try {
    await copyFile(from, half);
    const file = await open(half, 'r');
    await file.sync().finally(() => file.close());
    await rename(half, to);
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
}

/** Removes a file that may be gone already. */
export async function removeFile(path: Path): Promise<void> {
  await unlink(path).catch(unlessGone);
}

/** A path below a folder, of a name as bytes. */
export function below(folder: Path, name: Buffer): Buffer<ArrayBuffer> {
  return Buffer.concat([Buffer.from(folder), Buffer.from('/'), name]);
}

/** The names in a folder, as bytes; none when it is gone. */
export async function* namesIn(folder: Path): AsyncGenerator<Buffer> {
  // The types know of text only.
  const options = { encoding: 'buffer' as BufferEncoding };
  const entries = await opendir(folder as string, options).catch(unlessGone);
  if (entries) for await (const { name } of entries) yield name as unknown as Buffer;
}

export function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}

function requirePlain(stats: Stats): void {
  if (!stats.isFile()) throw new NotPlain(kindOf(stats), markOf(stats));
  // The other name may be anybody's file.
  if (stats.nlink > 1n) throw new NotPlain('hard link', markOf(stats));
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'symbolic link';
  if (stats.isDirectory()) return 'folder';
  return stats.isFIFO() ? 'pipe' : stats.isSocket() ? 'socket' : 'device';
}

function markOf({ dev, ino, size, mtimeNs }: Stats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}

function writtenAt({ mtimeNs }: Stats): number {
  return Number(mtimeNs / 1_000_000n);
}
