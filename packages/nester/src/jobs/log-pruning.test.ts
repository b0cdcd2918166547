import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { Committer } from '../store/commit.ts';
import { readEvents, readHead } from '../store/log.ts';
import { openStore, type Store } from '../store/store.ts';
import { Unit } from '../store/unit.ts';
import { pruneLog } from './log-pruning.ts';

onEachDatabase('pruning the log', newDatabase => {
  let database: TestDatabase;
  let store: Store;
  let committer: Committer;
  let time = 0;
  const now = () => time;

  beforeEach(async () => {
    database = await newDatabase();
    store = await openStore(database);
    committer = new Committer(store, 0, now, error => {
      throw error;
    });
    // Ten events a second, from second 1 to 10.
    for (time = 1_000; time <= 10_000; time += 1_000) {
      const unit = new Unit();
      for (let i = 0; i < 10; i++)
        unit.event('member.left', ['all'], { channelId: 'x', userId: 'u' }, () => ({ channelId: 'x', userId: 'u' }));
      await committer.commit(unit);
    }
    time = 10_000;
  });

  afterEach(async () => {
    await committer.stop();
    await store.close();
    await database.remove();
  });

  const prune = (kept: { ms: number; events: number; chunk: number }) => pruneLog({ store, committer, now }, kept);
  const left = async () => (await readEvents(store.read, 0, ['all'], 1_000)).map(event => event.seq);
  const from = (seq: number) => Array.from({ length: 100 - seq + 1 }, (_, i) => seq + i);

  it('forgets only what is old', async () => {
    expect(await prune({ ms: 5_000, events: 0, chunk: 7 })).toBe(40);
    expect(await left()).toEqual(from(41));
    expect(await readHead(store.read)).toMatchObject({ seq: 100, floor: 40 });
    expect(await prune({ ms: 5_000, events: 0, chunk: 7 })).toBe(0);
  });

  it('forgets only what is far behind', async () => {
    expect(await prune({ ms: 0, events: 75, chunk: 10 })).toBe(25);
    expect(await left()).toEqual(from(26));
    expect((await readHead(store.read)).floor).toBe(25);
  });

  it('by default keeps a week, and never lowers the floor', async () => {
    expect(await pruneLog({ store, committer, now })).toBe(0);
    expect(await prune({ ms: 0, events: 50, chunk: 1_000 })).toBe(50);
    time += 8 * 24 * 60 * 60_000;
    expect(await pruneLog({ store, committer, now })).toBe(0);
    expect(await readHead(store.read)).toMatchObject({ seq: 100, floor: 50 });
  });
});
