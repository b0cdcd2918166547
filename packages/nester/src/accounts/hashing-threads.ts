import { readdirSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

const tasks = '/proc/self/task';

/**
 * Gives way to everybody who talks: lowers the priority of the threads that hash passwords (libuv's pool, where nothing
 * else of a server is urgent) below that of the thread that serves. Linux counts priorities by thread (sched(7)); elsewhere
 * nothing happens. The threads are there once something was hashed.
 * @returns how many threads give way
 */
export function lowerHashingThreads(): number {
  let lowered = 0;
  try {
    for (const id of readdirSync(tasks)) {
      if (!readFileSync(`${tasks}/${id}/comm`, 'utf8').startsWith('libuv-worker')) continue;
      setPriority(Number(id), constants.priority.PRIORITY_LOW);
      lowered += 1;
    }
  } catch {
    // Not Linux, or not allowed: then hashing costs the others a little more.
  }
  return lowered;
}
