import { performance } from 'node:perf_hooks';
import v8 from 'node:v8';

type Collect = (how: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * Gives back the memory that the start took: a fifth of what a server holds then, and it would keep it for good (V8 returns
 * pages only when it must). Takes a tenth of a second: to be called when all is loaded and nobody can be waiting yet.
 * Does nothing where Node was started without `--expose-gc`.
 */
export function giveBackMemory(): void {
  (globalThis.gc as Collect | undefined)?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

const lookMs = 250;
/** Of the time between two looks, how much the main thread works when it is busy, and when it is quiet. */
const busyShare = 0.5;
const quietShare = 0.05;
/** Two looks in a row: nobody is in the middle of saying something. */
const quietLooks = 2;
/** A young generation of that size has grown: it begins with 8 MB. */
const grownBytes = 12 * 1024 * 1024;
/** Collecting takes about two milliseconds a megabyte: a large heap keeps what it has. */
const mostHeapBytes = 96 * 1024 * 1024;

/** What the look-out sees of the process; a test gives its own. */
export interface Machine {
  /** Share of the time since the last call in which the main thread worked. */
  utilisation(): number;
  /** Bytes that the young generation has taken from the system, and bytes in use. */
  heap(): { young: number; used: number };
  collect(): void;
}

/**
 * Gives back, once it is quiet again, what a burst of work made the young generation grow to: while many talk, a large one
 * saves a tenth of the processor, and what a crowd left behind as it came in would stay with it. Does nothing where Node
 * was started without `--expose-gc`.
 */
export function giveBackAfterBursts(): { stop(): void } {
  if (!globalThis.gc) return { stop: () => undefined };
  const look = lookOut(thisProcess());
  const timer = setInterval(look, lookMs).unref();
  return { stop: () => clearInterval(timer) };
}

/** One look at a time. */
export function lookOut(machine: Machine): () => void {
  let hasWorked = false;
  let quiet = 0;
  return () => {
    const share = machine.utilisation();
    hasWorked ||= share > busyShare;
    quiet = share < quietShare ? quiet + 1 : 0;
    if (!hasWorked || quiet < quietLooks) return;
    hasWorked = false;
    const { young, used } = machine.heap();
    if (young > grownBytes && used < mostHeapBytes) machine.collect();
  };
}

function thisProcess(): Machine {
  let last = performance.eventLoopUtilization();
  return {
    utilisation() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    heap: () => ({
      young: v8.getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.physical_space_size ?? 0,
      used: v8.getHeapStatistics().used_heap_size,
    }),
    collect: giveBackMemory,
  };
}
