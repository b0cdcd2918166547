import type { Incident } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { type IncidentsRoom, openIncidentsRoom, silent } from '../../test/incidents-room.ts';
import type { OutboxParts } from './outbox.ts';

const opening = 'Incident : la sonde vm-1 du site Patriots (NE) ne répond plus. Dernier contact : 01/01/1970 00:00:00 UTC.';
const resolving = 'Résolu : la sonde vm-1 du site Patriots (NE) répond de nouveau, après 16 min 40 s.';

onEachDatabase('the outbox', newDatabase => {
  let database: TestDatabase;
  let room: IncidentsRoom;

  beforeEach(async () => {
    database = await newDatabase();
  });

  afterEach(async () => {
    await room.close();
    await database.remove();
  });

  const open = async (around?: (tell: OutboxParts['tell']) => OutboxParts['tell']) => {
    room = await openIncidentsRoom(database, around && { around });
  };
  const restart = async (around?: (tell: OutboxParts['tell']) => OutboxParts['tell']) => {
    await room.close();
    await open(around);
  };
  const see = async (isBad: boolean, subjectId = 'p1') => {
    await room.committer.commit(room.observed(silent(isBad, { subjectId })));
    await room.outbox.drain();
  };
  const contents = async () => (await room.said()).map(message => message.content);
  const isDone = async () => (await room.outboxRows()).every(row => row.done_at !== null);

  it('tells an incident as one message that follows it', async () => {
    await open();
    await see(true);
    const [first] = await room.said();
    expect(first).toMatchObject({ content: opening, channel_id: room.roster.named('supervision')!.channelId });
    await see(false);
    const said = await room.said();
    expect(said).toMatchObject([{ message_id: first!.message_id, seq: first!.seq, content: resolving }]);
    expect(JSON.parse(said[0]!.card!)).toMatchObject({ state: 'resolved', siteCode: 'NE' });
    expect(room.events.map(event => event.name).filter(name => name.startsWith('message.'))).toEqual(['message.created', 'message.edited']);
    expect(await isDone()).toBe(true);
    // A new silence is a new message.
    await see(true);
    expect(await contents()).toEqual([resolving, opening]);
  });

  it('is woken by what becomes durable', async () => {
    const told = Promise.withResolvers<Incident>();
    await open(tell => async incident => {
      await tell(incident);
      told.resolve(incident);
    });
    await room.committer.commit(room.observed(silent(true)));
    expect(await told.promise).toMatchObject({ state: 'open' });
    expect(await contents()).toEqual([opening]);
  });

  it('tells once what a Nester that died before, after or between told or not', async () => {
    const died = () => Promise.reject(new Error('killed'));
    // Dead before it was said.
    await open(() => died);
    await see(true);
    expect(await contents()).toEqual([]);
    // Dead after it was said, before the outbox knew.
    await restart(tell => incident => tell(incident).then(died));
    await room.outbox.drain();
    expect(await contents()).toEqual([opening]);
    expect(await isDone()).toBe(false);
    await see(false);
    expect(await contents()).toEqual([opening]);
    await restart(tell => incident => tell(incident).then(died));
    await room.outbox.drain();
    expect(await contents()).toEqual([resolving]);
    expect(await isDone()).toBe(false);
    await restart();
    await room.outbox.drain();
    await room.outbox.drain();
    expect(await contents()).toEqual([resolving]);
    expect(await isDone()).toBe(true);
    expect(room.events).toEqual([]);
  });

  it('comes back to what failed, later each time, and never gives up', async () => {
    let failing = true;
    let tries = 0;
    await open(tell => incident => {
      tries += 1;
      return failing ? Promise.reject(new Error('no channel')) : tell(incident);
    });
    await see(true);
    const after = async (ms: number) => {
      room.now += ms;
      await room.outbox.drain();
      return tries;
    };
    expect([tries, await after(999), await after(1), await after(1_999), await after(1)]).toEqual([1, 1, 2, 2, 3]);
    for (let i = 0; i < 20; i++) await after(5 * 60_000);
    expect(tries).toBe(23);
    expect(await after(5 * 60_000 - 1)).toBe(23);
    expect(await room.outboxRows()).toMatchObject([{ attempts: 23, last_error: 'no channel' }]);
    expect(room.lines.filter(line => line.includes('could not be told')).length).toBe(5);
    failing = false;
    // One that waits does not hold up the others.
    await see(true, 'p2');
    expect((await contents()).length).toBe(1);
    await after(1);
    expect((await contents()).length).toBe(2);
    expect(await isDone()).toBe(true);
  });

  it('works off more than a page, each incident once, and only its latest state', async () => {
    let tries = 0;
    await open(tell => incident => {
      tries += 1;
      return tell(incident);
    });
    await room.outbox.stop();
    const seen = Array.from({ length: 300 }, (_, i) => silent(true, { subjectId: `p${i}` }));
    await room.committer.commit(room.observed(...seen));
    await room.committer.commit(room.observed(...seen.map(one => ({ ...one, isBad: false }))));
    await restart(tell => incident => {
      tries += 1;
      return tell(incident);
    });
    await room.outbox.drain();
    expect(new Set(await contents())).toEqual(new Set([resolving]));
    expect((await contents()).length).toBe(300);
    expect(tries).toBeLessThanOrEqual(501);
    expect(await isDone()).toBe(true);
  });

  it('forgets what was told a week ago, and nothing that is still to be told', async () => {
    let failing = false;
    await open(tell => incident => (failing ? Promise.reject(new Error('not now')) : tell(incident)));
    await see(true, 'told');
    failing = true;
    await see(true, 'waiting');
    await room.outbox.forget();
    expect((await room.outboxRows()).length).toBe(2);
    room.now += 7 * 24 * 60 * 60_000 + 1;
    await room.outbox.forget();
    expect(await room.outboxRows()).toMatchObject([{ done_at: null, last_error: 'not now' }]);
  });
});
