import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { type ProgramName, packagesOf } from './programs.ts';

/** While this file says 101, Debian's packages start no service (invoke-rc.d(8)). */
const policy = '/usr/sbin/policy-rc.d';

/** Installs programs with apt-get, as root on Debian. Elsewhere it says what to install by hand. */
export function installPrograms(names: readonly ProgramName[]): void {
  if (names.length === 0) return;
  const packages = packagesOf(names);
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(`These programs are missing and can be installed here only by hand, as root: apt-get install ${packages.join(' ')}`);
    return;
  }
  console.error(`installing ${names.join(', ')} with apt-get`);
  const ownPolicy = !existsSync(policy);
  if (ownPolicy) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    aptGet('update');
    aptGet('install', '-y', '--no-install-recommends', ...packages);
  } finally {
    if (ownPolicy) rmSync(policy);
  }
}

function aptGet(...args: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // What it says goes to standard error: standard output may be a result that a program reads.
  const { status } = spawnSync('apt-get', ['-q', ...args], { env, stdio: ['ignore', 2, 2] });
  // The suites that still lack their program are skipped by name, which is the failure to show.
  if (status !== 0) console.error(`apt-get ${args.join(' ')} failed with ${status}.`);
}
