import { causeOf } from '../file-cause.ts';

/** Why a backup or a restore could not be written into a folder, where the system's or SQLite's own words are of no use. */
export function asSentence(error: unknown, folder: string): Error {
  const { code, errcode, message } = error as NodeJS.ErrnoException & { errcode?: number };
  // SQLITE_FULL (sqlite.org/rescode.html); pg_dump says it in words.
  if (code === 'ENOSPC' || code === 'EDQUOT' || errcode === 13 || /No space left on device/.test(message))
    return new Error(`The disk of ${folder} is full. Nothing was left there: make room, then try again.`);
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    const path = (error as NodeJS.ErrnoException).path ?? folder;
    return new Error(`${path} cannot be used: ${causeOf(error)}. Run this as the user that Nester runs as, or as root.`);
  }
  return error as Error;
}
