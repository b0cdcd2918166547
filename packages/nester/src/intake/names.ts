import { cleanText } from '../sites/texts.ts';

/** Names of files are text from outside: they are shown, they are asked for a time or a franchise, and they never become a path. */

const longestShown = 255;
const longestSafe = 100;

/** Names that a program gives a file while it still writes it: rsync's, WinSCP's, editors'. */
const unfinished = /^\.|~$|\.(?:part|partial|filepart|tmp|temp|swp|crdownload|download|new)$/i;

/** `05-11-2025_10H57_S01`, of the clock on the wall. */
const dayFirst = /(?<!\d)(\d{2})-(\d{2})-(\d{4})[_ T-](\d{2})[hH:-](\d{2})(?:[_:mM-]?[sS]?(\d{2})[sS]?)?(?!\d)/;
/** `20251009T121134Z`, `2025-10-09_12-11-34`. */
const yearFirst = /(?<!\d)(20\d{2})-?(\d{2})-?(\d{2})[_ T-]?(\d{2})[-:hH]?(\d{2})(?:[-:mM]?(\d{2}))?(Z)?(?!\d)/;
/** A day alone says no time, but is no part of a franchise's name either. */
const dayAlone = /(?<!\d)(?:20\d{2}-?\d{2}-?\d{2}|\d{2}-\d{2}-\d{4})(?!\d)/;
/** What says nothing of whose file it is. */
const wordsOfNobody =
  /^(?:scan|scans|report|reports|rapport|rapports|result|results|resultats?|résultats?|nmap|output|export|data|harvester|latest|last|new)$/iu;

/** Whether a name says that its file is not whole yet. */
export function isUnfinished(name: Buffer): boolean {
  return unfinished.test(name.toString('latin1'));
}

/** A name as it is shown: on one line, without what turns the direction of writing. */
export function shownName(name: Buffer): string {
  return cleanText(name.toString('utf8')).slice(0, longestShown).toWellFormed() || 'file';
}

/** A name that is safe on every file system and in every shell: `rapport du soir.json` is `rapport_du_soir.json`. */
export function safeName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[.\-_]+/, '')
    .replace(/\.{2,}/g, '.');
  const dot = plain.lastIndexOf('.');
  const ending = dot > 0 && plain.length - dot <= 8 ? plain.slice(dot) : '';
  return plain.slice(0, Math.min(plain.length - ending.length, longestSafe - ending.length)) + ending || 'file';
}

/** The time that a name tells, as ISO 8601; without a zone unless the name has one. */
export function timeInName(name: string): string | null {
  const early = dayFirst.exec(name);
  if (early) return `${early[3]}-${early[2]}-${early[1]}T${early[4]}:${early[5]}:${early[6] ?? '00'}`;
  const late = yearFirst.exec(name);
  return late ? `${late[1]}-${late[2]}-${late[3]}T${late[4]}:${late[5]}:${late[6] ?? '00'}${late[7] ?? ''}` : null;
}

/** What a name says besides a time: `Patriots_2025-11-05.json` says Patriots. */
export function franchiseInName(name: string): string | null {
  const words = name
    .replace(/\.[A-Za-z0-9]{1,8}$/, '')
    .replace(dayFirst, ' ')
    .replace(yearFirst, ' ')
    .replace(dayAlone, ' ')
    .split(/[_\s-]+/u)
    .filter(word => word !== '' && !wordsOfNobody.test(word));
  return words.length === 0 ? null : words.join(' ').slice(0, 100).toWellFormed();
}

/** Franchises are the same when they differ by case, accents or what stands between the words. */
export function franchiseKey(franchise: string): string {
  return franchise
    .slice(0, 300)
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .slice(0, 200)
    .toWellFormed();
}
