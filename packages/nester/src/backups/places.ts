import { cleanText } from '../sites/texts.ts';
import { dumpName, keptFolders, keyName, manifestName, sqliteName } from './manifest.ts';

const single: ReadonlySet<string> = new Set([manifestName, sqliteName, dumpName, keyName]);
const folders: ReadonlySet<string> = new Set(keptFolders);
const longestPath = 4_000;
const longestName = 255;

/** Why a path may not stand in a backup; undefined when it may. Nothing of an archive is written under a path that this has not seen. */
export function pathFault(path: string, kind: 'file' | 'folder'): string | undefined {
  const shown = shownPath(path);
  if (path.length > longestPath) return `holds a path of ${path.length} characters`;
  const names = path.split('/');
  if (path.startsWith('/') || names.includes('..') || path.includes('\0')) return `holds ${shown}, which leads out of it`;
  if (names.some(name => name === '' || name === '.' || Buffer.byteLength(name) > longestName))
    return `holds ${shown}, which is no path of ours`;
  const isOurs = names.length === 1 && kind === 'file' ? single.has(path) : folders.has(names[0]!);
  return isOurs ? undefined : `holds ${shown}, which is no part of a backup`;
}

/** A path from outside, in quotes, as it may be shown on a terminal. */
export function shownPath(path: string): string {
  return JSON.stringify(cleanText(path).slice(0, 100));
}
