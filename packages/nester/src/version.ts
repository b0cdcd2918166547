import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Version {
  version: string;
  date: string;
  /** Short hash; empty outside a git checkout. */
  commit: string;
}

/** Version and date from the file VERSION, the commit from git where there is one. */
export function readVersion(): Version {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const [version = 'unknown', date = ''] = readFileSync(`${root}VERSION`, 'utf8').trim().split(/\s+/);
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
