import type { Committer } from '../store/commit.ts';
import { oldestEvents, pruneQueries, readHead } from '../store/log.ts';
import type { Store } from '../store/store.ts';
import { Unit } from '../store/unit.ts';

const keptMs = 7 * 24 * 60 * 60_000;
const keptEvents = 200_000;
const chunkEvents = 1_000;

/**
 * Forgets events that are both old and far behind: a client further back gets a snapshot anyway. A chunk at a time, so
 * that nobody's commit waits long.
 * @returns how many were forgotten
 */
export async function pruneLog(
  { store, committer, now }: { store: Store; committer: Committer; now: () => number },
  kept: { ms: number; events: number; chunk: number } = { ms: keptMs, events: keptEvents, chunk: chunkEvents },
): Promise<number> {
  const before = now() - kept.ms;
  const last = (await readHead(store.read)).seq - kept.events;
  let forgotten = 0;
  for (;;) {
    const oldest = await oldestEvents(store.read, kept.chunk);
    // Up to the first that stays: the floor has no holes below it.
    const staying = oldest.findIndex(event => event.at >= before || event.seq > last);
    const going = staying < 0 ? oldest : oldest.slice(0, staying);
    if (going.length === 0) return forgotten;
    const unit = new Unit();
    for (const query of pruneQueries(store.read, going.at(-1)!.seq)) unit.run(query);
    await committer.commit(unit);
    forgotten += going.length;
    if (going.length < kept.chunk) return forgotten;
  }
}
