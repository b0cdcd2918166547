import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const mounted = '/sys/fs/cgroup';
/** Old hierarchies, each with a controller of its own; and the two that systemd keeps its own accounts in. */
const controllers = ['memory', 'pids', 'cpu', 'cpuacct', 'systemd', 'unified'];

/**
 * The control groups that one machine's processes are in, of each hierarchy. A computer with the new, single hierarchy has none of
 * these: there systemd-nspawn makes one itself.
 */
export class ControlGroups {
  readonly #folders: string[];

  constructor(name: string) {
    this.#folders = controllers
      .map(controller => join(mounted, controller))
      .filter(path => existsSync(join(path, 'cgroup.procs')))
      .map(path => join(path, name));
  }

  /** Makes them. @returns their folders */
  make(): readonly string[] {
    for (const folder of this.#folders) {
      mkdirSync(folder, { recursive: true });
      // What is in it counts too; where the parent has it so, it cannot be set again.
      const hierarchy = join(folder, 'memory.use_hierarchy');
      if (existsSync(hierarchy)) writeFileSync(hierarchy, '1');
    }
    return this.#folders;
  }

  /** Removes them, with those that the machine made in them. */
  remove(): void {
    for (const folder of this.#folders) removeGroup(folder);
  }
}

/** A control group goes with `rmdir` once those in it are gone; the files in it are no obstacle. */
function removeGroup(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeGroup(join(folder, entry.name));
    rmdirSync(folder);
  } catch {
    // It is not there, or somebody is still in it: then the next boot tries again.
  }
}
