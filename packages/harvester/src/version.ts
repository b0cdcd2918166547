import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Version and date, from the file VERSION. */
export function readVersion(): { version: string; date: string } {
  const [version = 'unknown', date = ''] = readFileSync(`${root}VERSION`, 'utf8').trim().split(/\s+/);
  return { version, date };
}

/** `0.1.0 2026-11-22 abc1234`; the commit is there in a git checkout. */
export function versionLine(): string {
  const { version, date } = readVersion();
  return [version, date, readCommit()].filter(Boolean).join(' ');
}

/** The commit of a git checkout; empty elsewhere. */
export function readCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // An installation without git still knows its version.
    return '';
  }
}
