import { flushCompileCache } from 'node:module';

/** Set for a process that began anew, so that it never does so twice: the cache may be unwritable. */
const begunAnew = 'HARVESTER_BEGUN_ANEW';

/** Whether this process has translated TypeScript itself: its sources were not in the compile cache. */
function hasCompiler(): boolean {
  const { moduleLoadList } = process as unknown as { moduleLoadList?: readonly string[] };
  return moduleLoadList?.some(name => name.includes('/amaro/')) ?? false;
}

/**
 * Begins anew as the same process where this one had to translate its sources, as at the first start of a version: Node's
 * translator would stay for as long as the probe runs, and take a quarter of its memory. What it made is kept for the next.
 * Returns where that is not so, or not possible. Nothing may run yet.
 * @param rest loads what is not loaded yet but may be later, so that it is kept too
 */
export async function shedCompiler(rest: () => Promise<unknown>): Promise<void> {
  // Another process image would lose the channel by which it hears that its parent is gone.
  if (!hasCompiler() || process.env[begunAnew] || process.channel || !process.execve) return;
  await rest();
  flushCompileCache();
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], { ...process.env, [begunAnew]: '1' });
}
