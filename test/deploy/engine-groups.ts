import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

const mounted = '/sys/fs/cgroup';

/** Removes the control groups of that name, with those in them, from every hierarchy; nobody is in them any more. */
export function removeGroups(name: string): void {
  // The single hierarchy of newer machines, or one for each controller.
  const hierarchies = ['.', ...readdirSync(mounted, { withFileTypes: true }).flatMap(entry => (entry.isDirectory() ? [entry.name] : []))];
  for (const hierarchy of hierarchies) removeGroup(join(mounted, hierarchy, name));
}

/** A control group goes with `rmdir`; the files in it are no obstacle. */
function removeGroup(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeGroup(join(folder, entry.name));
  try {
    rmdirSync(folder);
  } catch {
    // A process in it is still being tied up: it stays empty.
  }
}
