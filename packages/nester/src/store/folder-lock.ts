import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another Nester, or a command of one, has the data folder. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(`The data folder ${folder} is in use by another Nester. Stop that one first, or give this one another folder (AERIE_DATA).`);
    this.name = 'FolderInUse';
  }
}

/** Keeps the garbage collector from closing, and so unlocking, what a caller only forgot. */
const held = new Set<DatabaseSync>();

/**
 * Takes a data folder (made if absent, mode 0700) for this process alone, and returns the function that gives it back.
 * It holds SQLite's exclusive lock on `nester.lock`: a lock of the operating system, which ends with the process
 * however that ends, so that nothing stale is left after `kill -9`.
 * @throws FolderInUse
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'nester.lock');
  const release = lockFile(file, () => giveToOwner(file, folder));
  if (!release) throw new FolderInUse(folder);
  return async () => release();
}

/**
 * Takes a lock file (made if absent, mode 0600) for this process alone.
 * @param made is done with the file before it is locked
 * @returns what gives it back; undefined when another process has it
 */
export function lockFile(file: string, made: () => void = () => {}): (() => void) | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    chmodSync(file, 0o600);
    made();
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  held.add(database);
  return () => {
    held.delete(database);
    database.close();
  };
}

/** A file that root makes must not lock out the user whose folder it is. */
function giveToOwner(file: string, folder: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  chownSync(file, uid, gid);
}

/** SQLITE_BUSY is 5 (sqlite.org/rescode.html). */
function isBusy(error: unknown): boolean {
  return (error as { errcode?: unknown }).errcode === 5;
}
