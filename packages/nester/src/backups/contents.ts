import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathFault } from './places.ts';
import { gathered, type TarSource } from './tar.ts';

/** A file up to this size is read before its header is written; of a larger one the header is written first. */
const smallBytes = 1024 * 1024;
const chunkBytes = 256 * 1024;
/** Nester takes a file out of its inbox when it has not been written to for so long. */
const quietMs = 2_000;

/** Hears of what is not in the backup as a whole. */
export type LeaveOut = (path: string, because: string) => void;

/** What people and programs put into the inbox and Nester has not taken yet. */
export async function* waitingFiles(data: string, leaveOut: LeaveOut): AsyncGenerator<TarSource> {
  yield* below(data, 'inbox', leaveOut, path => path !== 'inbox/done', quietMs);
}

/** What Nester has put away. */
export async function* keptFiles(data: string, leaveOut: LeaveOut): AsyncGenerator<TarSource> {
  for (const folder of ['inbox/done', 'quarantine', 'files']) yield* below(data, folder, leaveOut, () => true, 0);
}

async function* below(
  data: string,
  path: string,
  leaveOut: LeaveOut,
  wanted: (path: string) => boolean,
  quiet: number,
): AsyncGenerator<TarSource> {
  // The folders themselves may be links to another disk; nothing in them may.
  const folder = await (path.includes('/') ? lstat : stat)(join(data, path)).catch(unlessGone);
  if (!folder?.isDirectory()) return;
  yield { path, kind: 'folder', bytes: 0, mode: folder.mode & 0o7777, writtenAt: folder.mtimeMs };
  const names = await readdir(join(data, path), { encoding: 'buffer' }).catch(unlessGone);
  for (const bytes of (names ?? []).sort(Buffer.compare)) {
    const name = bytes.toString('utf8');
    const child = `${path}/${name}`;
    if (!wanted(child)) continue;
    if (!Buffer.from(name).equals(bytes) || pathFault(child, 'file')) {
      leaveOut(child, 'its name is no text');
      continue;
    }
    const glance = await lstat(join(data, child)).catch(unlessGone);
    if (!glance) continue;
    if (glance.isDirectory()) yield* below(data, child, leaveOut, wanted, quiet);
    else if (!glance.isFile()) leaveOut(child, 'it is no plain file');
    else if (Date.now() - glance.mtimeMs < quiet) leaveOut(child, 'it is being written');
    else yield* one(data, child, leaveOut);
  }
}

/** A file of a size that is known; none when it is gone, or changes under our eyes. */
async function* one(data: string, path: string, leaveOut: LeaveOut): AsyncGenerator<TarSource> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(join(data, path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(error => {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
    return unlessGone(error);
  });
  if (!handle) return;
  try {
    const before = await handle.stat();
    if (!before.isFile()) return;
    const header = { path, kind: 'file', bytes: before.size, mode: before.mode & 0o777, writtenAt: before.mtimeMs } as const;
    const isChanged = async () => {
      const now = await handle.stat();
      return now.size !== before.size || now.mtimeMs !== before.mtimeMs;
    };
    const content = exactly(handle, before.size);
    if (before.size > smallBytes) {
      yield { ...header, content };
      if (await isChanged()) leaveOut(path, 'it changed while it was read');
      return;
    }
    const bytes = await gathered(content);
    if (await isChanged()) leaveOut(path, 'it changed while it was read');
    else yield { ...header, content: [bytes] };
  } finally {
    await handle.close();
  }
}

/** So many bytes of a file, and zeros in the place of those that it has lost since: its header is written already. */
async function* exactly(handle: FileHandle, bytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes; ) {
    const chunk = Buffer.alloc(Math.min(chunkBytes, bytes - at));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
    yield bytesRead === 0 ? chunk : chunk.subarray(0, bytesRead);
    at += bytesRead === 0 ? chunk.length : bytesRead;
  }
}

/** A file of ours that nobody else writes to. */
export async function* plainFile(file: string, path: string, mode: number): AsyncGenerator<TarSource> {
  const handle = await open(file, 'r');
  try {
    const { size, mtimeMs } = await handle.stat();
    yield { path, kind: 'file', bytes: size, mode, writtenAt: mtimeMs, content: exactly(handle, size) };
  } finally {
    await handle.close();
  }
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
