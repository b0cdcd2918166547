import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Version {
  version: string;
  date: string;
  /** Short hash; empty where neither a release nor git says it. */
  commit: string;
}

/** Version and date from the file VERSION, the commit from there too in a release, and from git in a checkout. */
export function readVersion(): Version {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const [version = 'unknown', date = '', released] = readFileSync(`${root}VERSION`, 'utf8').trim().split(/\s+/);
  if (released !== undefined) return { version, date, commit: released };
  let commit = '';
  try {
    commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // An installation without git still knows its version.
  }
  return { version, date, commit };
}
