import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlGroups } from './machine-cgroups.ts';

/** Of the folder of a machine; the number of the process that made it follows. */
export const folderPrefix = 'aerie-lab-';

/** What machines of processes that are no more left behind. */
export function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${folderPrefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    try {
      takeAway(join(tmpdir(), name), new ControlGroups(name));
    } catch {
      // Another suite does it at the same moment; or the next boot will.
    }
  }
}

/** Removes a machine's disk and control groups. Nothing of it runs any more. */
export function takeAway(folder: string, groups: ControlGroups): void {
  const root = join(folder, 'root');
  if (readFileSync('/proc/self/mounts', 'utf8').includes(` ${root} `)) execFileSync('umount', ['--lazy', root]);
  rmSync(folder, { recursive: true, force: true });
  groups.remove();
}

/** Waits, where nothing can be awaited any more, until a process is gone: killed, but its ends are still being tied. */
export function awaitEnd(pid: number): void {
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 500 && pid > 0 && existsSync(`/proc/${pid}`); tries++) Atomics.wait(asleep, 0, 0, 10);
}
