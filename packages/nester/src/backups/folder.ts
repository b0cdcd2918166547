import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backup } from '@aerie/contract';
import { momentOf } from './names.ts';
import { keepMark } from './thinning.ts';

/** The backups in a folder, newest first; none where there is no such folder. */
export async function listBackups(folder: string): Promise<Backup[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const there = new Set(names);
  const found = await Promise.all(names.map(name => backupAt(folder, name, there.has(keepMark(name)))));
  return found.flat().sort((a, b) => b.at - a.at);
}

async function backupAt(folder: string, name: string, kept: boolean): Promise<Backup[]> {
  const at = momentOf(name);
  if (at === undefined) return [];
  try {
    const file = await stat(join(folder, name));
    return file.isFile() ? [{ name, at, bytes: file.size, kept }] : [];
  } catch (error) {
    // It was thinned out meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
