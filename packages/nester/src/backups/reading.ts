import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, createReadStream, createWriteStream, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { chmod, mkdir, statfs, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { causeOf } from '../file-cause.ts';
import { asCaller } from '../owner.ts';
import { type Manifest, manifestBytes, manifestName, mostFiles, readManifest } from './manifest.ts';
import { pathFault, shownPath } from './places.ts';
import { gathered, readTar, type TarEntry, TarFault } from './tar.ts';

/** A file that is no backup, or none any more: one line that says why. */
export class UnsoundBackup extends Error {}

/** Data compress to a tenth; what unpacks to far more than that was made to fill a disk. */
const largestRatio = 200;
const alwaysAllowed = 256 * 1024 * 1024;
/** Left free on the disk into which it is unpacked. */
const reservedBytes = 16 * 1024 * 1024;

interface Unpacking {
  /** The folder into which entries are written. */
  into: string;
  /** Which of them. */
  wanted(entry: { path: string; kind: 'file' | 'folder' }): boolean;
}

/**
 * Reads a backup from its first byte to its last: what it holds must be what its manifest says, to the letter, and the
 * whole what the checksum beside it says, where there is one.
 * @throws UnsoundBackup
 */
export async function readBackup(file: string, unpacking: Unpacking): Promise<Manifest> {
  const whole = createHash('sha256');
  const found = new Map<string, { bytes: number; sha256: string }>();
  let text: string | undefined;
  const unsound = (says: string) => new UnsoundBackup(`${basename(file)} ${says}.`);
  try {
    for await (const entry of readTar(unpacked(file, whole))) {
      const fault = pathFault(entry.path, entry.kind);
      if (fault) throw unsound(fault);
      if (found.has(entry.path)) throw unsound(`holds ${shownPath(entry.path)} twice`);
      if (found.size >= mostFiles) throw unsound('holds too many files');
      if (text !== undefined) throw unsound('goes on after its manifest');
      if (entry.path === manifestName) {
        if (entry.bytes > manifestBytes) throw unsound('has a manifest that is too large');
        text = (await gathered(entry.content)).toString('utf8');
      } else if (entry.kind === 'folder') {
        if (unpacking.wanted(entry)) await makeFolder(join(unpacking.into, entry.path), entry.mode);
      } else found.set(entry.path, await take(entry, unpacking));
    }
  } catch (error) {
    throw asUnsound(error, unsound);
  }
  requireChecksum(file, whole.digest('hex'));
  if (text === undefined) throw unsound('has no manifest');
  const manifest = readManifest(text);
  if (!manifest) throw unsound('has a manifest that cannot be read');
  for (const { path, bytes, sha256 } of manifest.files) {
    const there = found.get(path);
    if (there?.bytes !== bytes || there.sha256 !== sha256) throw unsound(`holds another ${shownPath(path)} than its manifest says`);
    found.delete(path);
  }
  if (found.size > 0) throw unsound(`holds ${shownPath([...found.keys()][0]!)}, of which its manifest knows nothing`);
  return manifest;
}

function asUnsound(error: unknown, unsound: (says: string) => UnsoundBackup): unknown {
  if (error instanceof TarFault) return unsound(error.message);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return unsound('is cut off');
  if (code?.startsWith('Z_')) return unsound('is damaged, or no backup');
  return error;
}

/** @throws UnsoundBackup when there is no such file, or it may not be read */
export function requireFile(file: string): void {
  closeSync(openedFile(file));
}

/**
 * It may be root's own, where root restores another user's data. Whose folder it lies in may have put something else in its
 * place: a pipe keeps nobody waiting.
 */
function openedFile(file: string): number {
  try {
    const descriptor = asCaller(() => openSync(file, constants.O_RDONLY | constants.O_NONBLOCK));
    if (fstatSync(descriptor).isFile()) return descriptor;
    closeSync(descriptor);
    throw new UnsoundBackup(`${file} is no file.`);
  } catch (error) {
    if (error instanceof UnsoundBackup) throw error;
    throw new UnsoundBackup(`${file} cannot be read: ${causeOf(error)}.`);
  }
}

/** What is in the compressed file, in chunks, as long as it does not swell beyond measure. */
async function* unpacked(file: string, whole: Hash): AsyncGenerator<Buffer> {
  let packedBytes = 0;
  let bytes = 0;
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const source = createReadStream(file, { fd: openedFile(file), highWaterMark: 256 * 1024 });
  const reading = pipeline(
    source,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        whole.update(chunk);
        packedBytes += chunk.length;
        yield chunk;
      }
    },
    gunzip,
  );
  // Whoever stops reading ends it; whatever fails is thrown to the reader.
  reading.catch(() => {});
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > Math.max(alwaysAllowed, packedBytes * largestRatio)) throw new TarFault('unpacks to far more than a backup does');
      yield chunk;
    }
    await reading;
  } finally {
    source.destroy();
  }
}

/** Hashes one file of the archive, and writes it where it is wanted. */
async function take(entry: TarEntry, { into, wanted }: Unpacking): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  if (!wanted(entry)) {
    for await (const chunk of entry.content) hash.update(chunk);
    return { bytes: entry.bytes, sha256: hash.digest('hex') };
  }
  await requireRoom(into, entry.bytes);
  const path = join(into, entry.path);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await pipeline(
    entry.content,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(path, { flags: 'wx', mode: (entry.mode & 0o777) | 0o600, flush: true }),
  );
  await utimes(path, entry.writtenAt / 1_000, entry.writtenAt / 1_000);
  return { bytes: entry.bytes, sha256: hash.digest('hex') };
}

/** With its own rights, whatever this process gives to what it makes. */
async function makeFolder(path: string, mode: number): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, mode | 0o700);
}

async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes + reservedBytes)
    throw new Error(`${folder} has too little room: ${megabytes(bytes)} are needed to unpack it, ${megabytes(bavail * bsize)} are free.`);
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MB`;

/** The file beside a backup that `sha256sum -c` reads. */
export function checksumFile(file: string): string {
  return `${file}.sha256`;
}

/** @param name of the backup */
export function checksumLine(sha256: string, name: string): string {
  return `${sha256}  ${name}\n`;
}

function requireChecksum(file: string, sha256: string): void {
  const beside = checksumFile(file);
  if (!asCaller(() => existsSync(beside))) return;
  const descriptor = openedFile(beside);
  const digits = Buffer.alloc(64);
  try {
    readSync(descriptor, digits);
  } finally {
    closeSync(descriptor);
  }
  if (digits.toString('latin1').toLowerCase() === sha256) return;
  throw new UnsoundBackup(`${basename(file)} is not what ${basename(beside)} says: it is damaged, or another one.`);
}
