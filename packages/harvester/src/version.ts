import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Version and date, from the file VERSION. */
export function readVersion(): { version: string; date: string } {
  const [version = 'unknown', date = ''] = words();
  return { version, date };
}

function words(): string[] {
  return readFileSync(`${root}VERSION`, 'utf8').trim().split(/\s+/);
}

/** `0.1.0 2026-11-22 abc1234`; the commit is there in a release and in a git checkout. */
export function versionLine(): string {
  const { version, date } = readVersion();
  return [version, date, readCommit()].filter(Boolean).join(' ');
}

/** The commit, which a release says and git knows in a checkout; empty elsewhere. */
export function readCommit(): string {
  const released = words()[2];
  if (released !== undefined) return released;
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
