import { copyFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Machine, Ran } from './machine.ts';
import type { Release } from './release.ts';

/** What is done with `deploy/debian/install.sh` on a machine of the lab. */

/** Brings the archive of a release to a machine, as somebody would with scp. @returns where it lies there */
export function bring(machine: Machine, { archive }: Release): string {
  const there = `/root/${basename(archive)}`;
  copyFileSync(archive, machine.path(there));
  return there;
}

/** Unpacks an archive there and runs its install.sh. */
export async function install(machine: Machine, archive: string, args: readonly string[], how: { mayFail?: boolean } = {}): Promise<Ran> {
  const folder = archive.replace(/\.tar\.gz$/, '');
  await machine.run('tar', ['-xzf', archive, '-C', '/root']);
  return await machine.run('sh', [`${folder}/deploy/debian/install.sh`, ...args], { ms: 120_000, ...how });
}

/** All files below these folders with owner, mode and content, but for what changes by itself. */
export async function picture(machine: Machine, folders: readonly string[]): Promise<string[]> {
  const script = `find "$@" -xdev \\( -type f -o -type l -o -type d \\) -not -name 'nester.db*' -not -name 'nester.lock*' -printf '%p %u:%g %m %l\\n' | sort
    find "$@" -xdev -type f -not -path '*/node_modules/*' -not -name 'nester.db*' -not -name 'nester.lock*' -not -name '*.log' -exec sha256sum {} + | sort`;
  return (await machine.run('sh', ['-euc', script, 'sh', ...folders])).stdout.split('\n');
}
