import { AppError } from '@aerie/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { Committer } from './commit.ts';
import { readEvents, readHead } from './log.ts';
import type { MessageTable } from './schema.ts';
import { openStore, type Store } from './store.ts';
import { type CommittedEvent, Unit } from './unit.ts';

const nobody = (error: unknown) => {
  throw error;
};

function message(id: string, fields: Partial<MessageTable> = {}): MessageTable {
  return {
    seq: 0,
    message_id: id,
    channel_id: 'x',
    author_id: 'ann',
    author_name: 'ann',
    device_id: 'd',
    nonce: id,
    content: 'text',
    created_at: 1,
    edited_at: null,
    deleted_at: null,
    card: null,
    mentions: null,
    ...fields,
  };
}

/** A unit with one message and its event; the same message twice is a conflict. */
function said(id: string, fields: Partial<MessageTable> = {}, once = false): Unit {
  const unit = new Unit();
  const ids = { messageId: id };
  const event = unit.event('message.deleted', ['channel:x'], ids, () => ({ channelId: 'x', messageId: id, messageSeq: 0, authorId: null }));
  const row = () => message(id, { ...fields, seq: event.seq });
  if (once) unit.insertOnce('message', row, { key: ['author_id', 'device_id', 'nonce'], id: 'message_id' });
  else unit.insert('message', row);
  return unit;
}

onEachDatabase('Committer', newDatabase => {
  let database: TestDatabase;
  let store: Store;
  let committer: Committer;

  beforeEach(async () => {
    database = await newDatabase();
    store = await openStore(database);
    committer = new Committer(store, 0, () => 42, nobody);
  });

  afterEach(async () => {
    await committer.stop();
    await store.close();
    await database.remove();
  });

  const stored = async () =>
    (await store.read.selectFrom('message').select(['seq', 'message_id']).orderBy('seq').execute()).map(row => [row.seq, row.message_id]);
  const mentioned = async () =>
    (await store.read.selectFrom('mention').select('user_id').orderBy('user_id').execute()).map(row => row.user_id);
  const logged = async () => (await readEvents(store.read, 0, ['channel:x'], 10_000)).map(event => [event.seq, event.ids.messageId]);

  it('writes what stands beside a row only when that row is written', async () => {
    const naming = (id: string, userId: string, nonce: string | null) => {
      const unit = said(id, { nonce }, nonce !== null);
      return unit.insert('mention', () => ({ user_id: userId, channel_id: 'x', seq: unit.events[0]!.seq }));
    };
    await committer.commit(naming('a', 'ann', 'n1'));
    // In one batch, in every order: one that names without a nonce, one that is there already, twice the same new one.
    const units = [
      naming('b', 'bob', null),
      naming('again', 'eve', 'n1'),
      naming('c', 'cleo', 'n2'),
      naming('c-again', 'mallory', 'n2'),
      naming('d', 'dan', null),
    ];
    const results = await Promise.all(units.map(unit => committer.commit(unit)));
    expect(results.map(({ written }) => written)).toEqual([true, false, true, false, true]);
    expect((await stored()).map(([, id]) => id).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(await mentioned()).toEqual(['ann', 'bob', 'cleo', 'dan']);
  });

  it('writes rows and events together, in the order they were handed over', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `m${i}`);
    await Promise.all(names.map(name => committer.commit(said(name))));
    const expected = names.map((name, i) => [i + 1, name]);
    expect(await stored()).toEqual(expected);
    expect(await logged()).toEqual(expected);
    expect((await readHead(store.read)).seq).toBe(300);
  });

  it('gives a large unit seqs without events: the log begins anew behind them, and nobody is told of them one by one', async () => {
    const told: string[] = [];
    committer.onPublished(events => told.push(...events.map(event => `${event.seq} ${event.ids.messageId}`)));
    committer.onUntold(() => told.push('more'));
    const applied: number[] = [];
    committer.onApplied(events => applied.push(...events.map(event => event.seq)));
    const large = said('own');
    const reserved = large.reserve(3);
    for (let i = 0; i < 3; i++) large.insert('message', () => message(`old${i}`, { seq: reserved.first + i }));
    large.run(() =>
      store.read
        .updateTable('message')
        .set({ content: `from ${reserved.first}` })
        .where('message_id', '=', 'before')
        .compile(),
    );
    await Promise.all([said('before'), large, said('after')].map(unit => committer.commit(unit)));
    await committer.whenPublished(6);
    expect(await stored()).toEqual(['before', 'old0', 'old1', 'old2', 'own', 'after'].map((id, i) => [i + 1, id]));
    expect((await logged()).map(([seq]) => seq)).toEqual([1, 5, 6]);
    expect(await readHead(store.read)).toMatchObject({ seq: 6, floor: 4 });
    expect(told).toEqual(['1 before', 'more', '6 after']);
    expect(applied).toEqual([1, 5, 6]);
    const { content } = await store.read
      .selectFrom('message')
      .select('content')
      .where('message_id', '=', 'before')
      .executeTakeFirstOrThrow();
    expect(content).toBe('from 2');
  });

  it('drops a unit that violates a constraint alone, with its event', async () => {
    await committer.commit(said('taken'));
    const results = await Promise.allSettled(['a', 'taken', 'b', 'c', 'taken', 'd'].map(name => committer.commit(said(name))));
    expect(results.map(result => (result.status === 'rejected' ? result.reason.code : 'ok'))).toEqual([
      'ok',
      'conflict',
      'ok',
      'ok',
      'conflict',
      'ok',
    ]);
    expect((await stored()).map(([, name]) => name)).toEqual(['taken', 'a', 'b', 'c', 'd']);
    expect(await logged()).toEqual(await stored());
  });

  it('drops a unit whose condition does not hold alone, with what it said', async () => {
    await committer.commit(said('m'));
    const query = (id: string) => store.read.updateTable('message').set({ content: 'new' }).where('message_id', '=', id).compile();
    const missing = new AppError('not_found', { thing: 'message' });
    const good = said('other').run(query('m'), missing);
    const bad = said('never').run(query('nobody'), missing);
    const [first, second] = await Promise.allSettled([committer.commit(bad), committer.commit(good)]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } });
    expect(second).toMatchObject({ status: 'fulfilled' });
    expect((await stored()).map(([, name]) => name)).toEqual(['m', 'other']);
  });

  it('refuses a unit when what it failed for can be read', async () => {
    await committer.commit(said('m', { content: 'old' }));
    const change = () =>
      new Unit().run(
        store.read.updateTable('message').set({ content: 'new' }).where('message_id', '=', 'm').where('content', '=', 'old').compile(),
        new AppError('conflict'),
      );
    const content = async () => (await store.read.selectFrom('message').select('content').executeTakeFirstOrThrow()).content;
    const [, second] = await Promise.all([committer.commit(change()), committer.commit(change()).catch(content)]);
    expect(second).toBe('new');
  });

  it('writes what has a nonce once, in one batch or in two', async () => {
    const nonce = { nonce: 'n1' };
    const together = await Promise.all([
      committer.commit(said('a', nonce, true)),
      committer.commit(said('b', nonce, true)),
      committer.commit(said('c', { nonce: 'n2' }, true)),
    ]);
    expect(together.map(result => result.written)).toEqual([true, false, true]);
    expect((await committer.commit(said('d', nonce, true))).written).toBe(false);
    expect((await stored()).map(([, name]) => name)).toEqual(['a', 'c']);
    expect(await logged()).toEqual(await stored());
    // The seqs of what was skipped are used up; nobody may wait for them.
    await committer.whenPublished((await readHead(store.read)).seq);
  });

  it('tells a unit once how it ended, after the projections and before its caller', async () => {
    const order: string[] = [];
    committer.onApplied(() => order.push('applied'));
    const good = said('a').onSettled(written => order.push(`settled ${written}`));
    await committer.commit(good).then(() => order.push('acknowledged'));
    expect(order).toEqual(['applied', 'settled true', 'acknowledged']);
    const ends: boolean[] = [];
    const bad = said('a').onSettled(written => ends.push(written));
    await expect(committer.commit(bad)).rejects.toMatchObject({ code: 'conflict' });
    await committer.commit(said('c', { nonce: 'n' }, true).onSettled(written => ends.push(written)));
    await committer.commit(said('d', { nonce: 'n' }, true).onSettled(written => ends.push(written)));
    await committer.stop();
    const late = said('e').onSettled(written => ends.push(written));
    await expect(committer.commit(late)).rejects.toMatchObject({ code: 'stopping' });
    expect(ends).toEqual([false, true, false, false]);
  });

  it('tells projections before the acknowledgement, and the fan-out after it', async () => {
    const order: string[] = [];
    const seen: CommittedEvent[] = [];
    committer.onApplied(() => order.push('applied'));
    committer.onPublished(events => {
      order.push('published');
      seen.push(...events);
    });
    await committer.commit(said('m'), 'origin-1').then(() => order.push('acknowledged'));
    await committer.whenPublished(1);
    expect(order).toEqual(['applied', 'acknowledged', 'published']);
    expect(seen).toMatchObject([{ seq: 1, at: 42, origin: 'origin-1', ids: { messageId: 'm' } }]);
  });

  it('keeps no event of what is its own entry in the log, and applies it in its place', async () => {
    const applied: (readonly number[])[] = [];
    committer.onApplied(events => applied.push(events.map(({ seq }) => seq)));
    const ofRow = (id: string) => {
      const unit = new Unit();
      const event = unit.eventOfRow('message.deleted', 'channel:x', {}, () => ({
        channelId: 'x',
        messageId: id,
        messageSeq: 0,
        authorId: null,
      }));
      return unit.insert('message', () => message(id, { seq: event.seq }));
    };
    const published: number[] = [];
    committer.onPublished(events => published.push(...events.map(({ seq }) => seq)));
    await Promise.all([ofRow('a'), ofRow('b'), said('c'), ofRow('d')].map(unit => committer.commit(unit)));
    await committer.whenPublished(4);
    expect((await stored()).map(([, name]) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect((await logged()).map(([seq]) => seq)).toEqual([3]);
    expect(applied).toEqual([[1, 2], [3], [4]]);
    expect(published).toEqual([1, 2, 3, 4]);
  });

  it('drains when it stops, and takes no more', async () => {
    const under = committer.commit(said('m'));
    const stopping = committer.stop();
    await expect(committer.commit(said('late'))).rejects.toMatchObject({ code: 'stopping' });
    await stopping;
    await expect(under).resolves.toEqual({ written: true });
    expect((await stored()).map(([, name]) => name)).toEqual(['m']);
  });

  it('drops a unit alone that holds what no database takes, or that cannot say what it writes', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const bad = [
      said('nothing', { content: undefined as never }),
      said('circular', { content: circular as never }),
      new Unit().insert('message', () => {
        throw new Error('wordless');
      }),
    ];
    const results = await Promise.allSettled(
      [said('a'), bad[0]!, said('b'), bad[1]!, said('c'), bad[2]!, said('d')].map(unit => committer.commit(unit)),
    );
    expect(results.map(result => result.status === 'fulfilled')).toEqual([true, false, true, false, true, false, true]);
    expect((await stored()).map(([, name]) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(await logged()).toEqual(await stored());
    await committer.commit(said('after'));
  });

  it('fails the whole batch when the disk does not take it, and keeps what the database says from clients', async () => {
    const broken = { ...store, dialect: { ...store.dialect, isUnitFault: () => false, isConstraintFault: () => false } };
    const faults: unknown[] = [];
    const other = new Committer(
      broken,
      0,
      () => 0,
      fault => faults.push(fault),
    );
    const results = await Promise.allSettled([said('a'), said('a'), said('b')].map(unit => other.commit(unit)));
    for (const result of results)
      expect(result).toMatchObject({
        reason: { code: 'storage_failed', params: { reason: 'store_silent' }, cause: expect.any(Error) },
      });
    expect(faults).toMatchObject([{ code: 'storage_failed', cause: expect.any(Error) }]);
    expect(await stored()).toEqual([]);
    await other.stop();
  });

  it('contains an event that cannot be put into words, and a unit that throws when it hears its end', async () => {
    const faults: string[] = [];
    const told: unknown[] = [];
    const other = new Committer(
      store,
      0,
      () => 0,
      fault => faults.push((fault as Error).message),
    );
    other.onPublished(events => told.push(...events.map(event => event.ids.messageId)));
    const mute = new Unit();
    const event = mute.event('message.deleted', ['channel:x'], { messageId: 'mute' }, () => {
      throw new Error('wordless');
    });
    mute.insert('message', () => message('mute', { seq: event.seq }));
    const deaf = said('deaf').onSettled(() => {
      throw new Error('deaf');
    });
    await Promise.all([other.commit(said('a')), other.commit(mute), other.commit(deaf), other.commit(said('b'))]);
    await other.commit(said('c'));
    await other.stop();
    expect(faults).toEqual(['wordless', 'deaf']);
    expect(told).toEqual(['a', 'deaf', 'b', 'c']);
    expect((await stored()).map(([, name]) => name)).toEqual(['a', 'mute', 'deaf', 'b', 'c']);
  });

  it('contains a listener that throws', async () => {
    const faults: unknown[] = [];
    const other = new Committer(
      store,
      0,
      () => 0,
      fault => faults.push(fault),
    );
    other.onApplied(() => {
      throw new Error('broken');
    });
    await other.commit(said('m'));
    expect(faults).toHaveLength(1);
    await other.stop();
  });
});

describe('two committers on one database', () => {
  onEachDatabase('order of seq', newDatabase => {
    it('is the order of commits: whoever reads after a seq never misses one before it', async () => {
      const database = await newDatabase();
      const stores = [await openStore(database), await openStore(database)];
      const committers = stores.map(store => new Committer(store, 0, () => 0, nobody));
      const seen = new Set<number>();
      let after = 0;
      let writing = true;
      const reader = (async () => {
        for (;;) {
          const last = !writing;
          for (const { seq } of await readEvents(stores[0]!.read, after, ['channel:x'], 10_000)) {
            expect(seq).toBeGreaterThan(after);
            seen.add(seq);
            after = seq;
          }
          if (last) return;
          await new Promise(resolve => setImmediate(resolve));
        }
      })();
      await Promise.all(committers.flatMap((committer, n) => Array.from({ length: 200 }, (_, i) => committer.commit(said(`${n}-${i}`)))));
      writing = false;
      await reader;
      expect(seen.size).toBe(400);
      for (const committer of committers) await committer.stop();
      for (const store of stores) await store.close();
      await database.remove();
    });
  });
});
