import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What the program says it is, in the list of one's sessions. */
export function agent(): string {
  return `classcord/${kept()[0]} (terminal)`;
}

/** `0.1.0 2026-11-22 abc1234`: the file VERSION, and the commit, which stands there in a release and which git knows in a checkout. */
export function versionLine(): string {
  const [version, date, released] = kept();
  return [version, date, released ?? commitOfCheckout()].filter(Boolean).join(' ');
}

function commitOfCheckout(): string {
  try {
    const git = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return git.trim();
  } catch {
    // An installation without git still knows its version.
    return '';
  }
}

function kept(): [version: string, date: string, commit?: string] {
  const [version = 'unknown', date = '', commit] = readFileSync(`${root}VERSION`, 'utf8').trim().split(/\s+/);
  return [version, date, commit];
}
