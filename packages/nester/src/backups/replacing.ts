import { constants } from 'node:fs';
import { access, copyFile, lstat, mkdir, readdir, rename, rm, rmdir, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { epochOfPostgres } from '../store/postgres-dump.ts';
import { isThere, sync } from './durable.ts';
import { forgetJournal, type Journal, readJournal, stagedFolder, writeJournal } from './journal.ts';
import { sqliteName } from './manifest.ts';
import { temporaryPrefix } from './names.ts';

/** Points of the work that tests stop at. */
export type ReplacingPoint = 'database aside' | 'database in place' | 'files in place' | 'inbox in place' | 'journal forgotten';

/** Files that belong to a database of SQLite, the database itself last: without it the others are nobody's. */
const databaseFiles = ['-wal', '-shm', '-journal', ''].map(suffix => `${sqliteName}${suffix}`);
/** Folders that are replaced as a whole; what waits in the inbox is only added to. */
export const replacedFolders = ['quarantine', 'files'] as const;

/**
 * Carries a restore that was cut off to its end, or clears away one that had not begun to replace anything. The folder of
 * data must be locked.
 * @returns the name of the backup that is in place now, when there was one
 */
export async function finishRestore(where: { data: string; databaseUrl?: string | undefined }): Promise<string | undefined> {
  const { data, databaseUrl } = where;
  let journal = await readJournal(data);
  if (journal?.phase === 'database') {
    if (databaseUrl === undefined)
      throw new Error(
        `A restore of ${journal.backup} into PostgreSQL was cut off: start once with the same AERIE_DATABASE_URL, which finishes it.`,
      );
    journal = (await epochOfPostgres(databaseUrl)) === journal.epoch ? { ...journal, phase: 'files' } : undefined;
    if (journal) await writeJournal(data, journal);
  }
  if (journal) await replace(data, journal);
  else await forgetJournal(data);
  return journal?.backup;
}

/** Puts what is staged in its place, step by step; a step that was done already is left alone. */
export async function replace(data: string, journal: Journal, reached: (point: ReplacingPoint) => void = () => {}): Promise<void> {
  const staged = join(data, stagedFolder);
  const aside = join(data, journal.aside);
  await mkdir(aside, { recursive: true, mode: 0o700 });
  if (await isThere(join(staged, sqliteName))) {
    // As long as the new one is not in place, whatever is there belongs to the old one.
    for (const name of databaseFiles) await moveAside(data, name, aside);
    await sync(aside);
    reached('database aside');
    await rename(join(staged, sqliteName), join(data, sqliteName));
    await sync(data);
  }
  reached('database in place');
  for (const name of replacedFolders) {
    if (!(await isThere(join(staged, name)))) continue;
    await moveAside(data, name, aside);
    await rename(join(staged, name), join(data, name));
  }
  await sync(data);
  await sync(aside);
  reached('files in place');
  await addTo(join(staged, 'inbox'), join(data, 'inbox'));
  reached('inbox in place');
  if (journal.isSaved) await rm(aside, { recursive: true, force: true });
  // Nothing may have been there to be put aside.
  else await rmdir(aside).catch(() => {});
  await forgetJournal(data);
  reached('journal forgotten');
}

async function moveAside(data: string, name: string, aside: string): Promise<void> {
  if (await isThere(join(data, name))) await rename(join(data, name), await freePath(aside, name));
}

/**
 * Adds files to a folder whose own ones stay: programs of other machines may hold it open, and what waits in it was not
 * taken yet. Where there is another file of the same name, both are kept.
 */
async function addTo(from: string, to: string): Promise<void> {
  if (!(await isThere(from))) return;
  if (!(await isThere(to)) && (await isRenamed(from, to))) return;
  await mkdir(to, { recursive: true, mode: (await stat(from)).mode & 0o2777 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if (entry.isDirectory()) await addTo(source, join(to, entry.name));
    else await moveInto(source, to, entry.name);
  }
  await rm(from, { recursive: true, force: true });
  await sync(to);
}

async function moveInto(source: string, folder: string, name: string): Promise<void> {
  if (await isSame(source, join(folder, name))) return await unlink(source);
  const target = await freePath(folder, name);
  if (await isRenamed(source, target)) return;
  // Under a name of something unfinished nobody takes it.
  const part = join(folder, `${temporaryPrefix}restored`);
  const { atimeMs, mtimeMs } = await stat(source);
  await copyFile(source, part);
  await utimes(part, atimeMs / 1_000, mtimeMs / 1_000);
  await sync(part);
  await rename(part, target);
  await unlink(source);
}

/** False where the new path is on another disk, as a folder of the inbox may be. */
async function isRenamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EXDEV') return false;
    throw error;
  }
}

/** Of the same time and size: the restore was cut off after it was copied, or it has waited since the backup. */
async function isSame(one: string, other: string): Promise<boolean> {
  const [a, b] = [await lstat(one), await lstat(other).catch(noneWhenGone)];
  return !Array.isArray(b) && b.isFile() && a.size === b.size && Math.floor(a.mtimeMs / 1_000) === Math.floor(b.mtimeMs / 1_000);
}

/** A path of that name, or of that name with a number. */
async function freePath(folder: string, name: string): Promise<string> {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? name : `${stem}-${n}${ending}`);
    if (!(await isThere(path))) return path;
  }
}

function noneWhenGone(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}

/** @throws Error when a folder cannot be moved aside, before anything is touched */
export async function requireMovable(data: string): Promise<void> {
  await access(data, constants.W_OK);
  const { dev } = await stat(data);
  for (const name of replacedFolders) {
    const there = await lstat(join(data, name)).catch(noneWhenGone);
    if (Array.isArray(there) || (there.isDirectory() && there.dev === dev)) continue;
    const what = there.isSymbolicLink() ? 'a link' : there.isDirectory() ? 'a file system of its own' : 'no folder';
    throw new Error(
      `${join(data, name)} is ${what}, and cannot be replaced: move it away, restore, and put the files back where you want them.`,
    );
  }
}
