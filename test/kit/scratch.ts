import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';

export const root = join(import.meta.dirname, '..', '..');

/** A new folder that is removed at the end of the process, or sooner. */
export function scratchFolder(name: string): string {
  const base = join(root, 'test', '.tmp');
  mkdirSync(base, { recursive: true });
  const folder = mkdtempSync(join(base, `${name}-`));
  atExit(() => removeFolder(folder));
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
