import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { causeOf } from '../file-cause.ts';
import { isSqlite } from '../store/foreign-sqlite.ts';
import { readClasscordDb } from './classcord-db.ts';
import { type Source, SourceFault } from './source.ts';
import type { OldTimes } from './times.ts';
import { readUsersPickle } from './users-pickle.ts';

/**
 * What a file of a Python Classcord server holds. Its first bytes say what it is; its name may be anything.
 * @throws SourceFault
 */
export function readSource(file: string, times: OldTimes): Source {
  try {
    // To open a pipe is to wait for whoever writes into it, and a device has no end.
    if (!statSync(file).isFile()) throw new SourceFault(`${file} is no file.`);
    return isSqlite(firstBytes(file)) ? readClasscordDb(file, times) : readUsersPickle(file, readFileSync(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof SourceFault || code === undefined) throw error;
    throw new SourceFault(`${file} cannot be read: ${causeOf(error)}.`);
  }
}

function firstBytes(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(16);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(descriptor);
  }
}
