import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { filesystemOf } from './folders.ts';
import { median } from './statistics.ts';

/** Which processors a server and its load run on. Undefined where they cannot be told apart. */
export interface Cores {
  server: number | undefined;
  load: number | undefined;
}

/** The server on one core, the generator on another, when the machine has two and can pin processes. */
export function chooseCores(): Cores {
  const pins = availableParallelism() >= 2 && spawnSync('taskset', ['-c', '0,1', 'true']).status === 0;
  return pins ? { server: 0, load: 1 } : { server: undefined, load: undefined };
}

/** Sentences about this machine that a reader of figures needs. */
export function describeMachine(folder: string, cores: Cores): string[] {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  const type = filesystemOf(folder);
  const lines = [
    `${processor}, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(2)}, Node ${process.versions.node}`,
    cores.server === undefined
      ? 'Not pinned: this machine has one core or no taskset (apt-get install util-linux). The generator takes time from the server.'
      : `Server pinned to core ${cores.server}, generator to core ${cores.load}.`,
    `Data on ${type}; one 4 KB write with fsync takes ${fsyncMs(folder).toFixed(2)} ms there.`,
  ];
  if (type === 'tmpfs' || type === 'ramfs') lines.push('That is memory: fsync costs nothing, and the figures flatter.');
  return lines;
}

/** What a small durable write costs, so that a disk that only pretends can be told: the median of 41. */
function fsyncMs(folder: string): number {
  const file = join(folder, `fsync-${process.pid}`);
  const block = Buffer.alloc(4_096, 1);
  const descriptor = openSync(file, 'w', 0o600);
  try {
    return median(
      Array.from({ length: 41 }, () => {
        const before = performance.now();
        writeSync(descriptor, block);
        fsyncSync(descriptor);
        return performance.now() - before;
      }),
    );
  } finally {
    closeSync(descriptor);
    rmSync(file);
  }
}
