import { Kysely, sql } from 'kysely';
import { expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { postgresDialect, sqliteDialect } from '../store/dialect.ts';
import { readEvents } from '../store/log.ts';
import { migrate } from '../store/migrate.ts';
import type { Tables } from '../store/schema.ts';
import { openStore } from '../store/store.ts';
import { messageIdOf } from './message-id.ts';
import { messageById, messagesByIds, messagesSaid } from './messages.store.ts';

/** What its last digits say is the seq of another message. */
const old = (n: number) => `019a0000-0000-7000-8000-${(100 - n).toString(16).padStart(12, '0')}`;

onEachDatabase('Messages of before an id told its seq', newDatabase => {
  it('are found by their ids, beside new ones, and are their own entries in the log', async () => {
    const database = await newDatabase('without tables');
    const dialect = database.databaseUrl ? await postgresDialect(database.databaseUrl) : sqliteDialect(`${database.folder}/nester.db`);
    const before = new Kysely<Tables>({ dialect: dialect.connect('write') });
    await migrate(before, dialect, '0007-centre');
    for (let n = 1; n < 100; n++) {
      await sql`insert into message (seq, message_id, channel_id, author_id, author_name, device_id, nonce, content, created_at, deleted_at)
        values (${n}, ${old(n)}, ${n % 2 ? 'odd' : 'even'}, 'ann', 'ann', 'd', ${`n${n}`}, ${`text ${n}`}, ${n}, ${n === 7 ? 8 : null})`.execute(
        before,
      );
      await sql`insert into event (seq, name, topic, ids, at) values (${n}, 'message.created', 'channel:odd', '{}', ${n})`.execute(before);
    }
    await sql`insert into event (seq, name, topic, ids, at) values (100, 'message.edited', 'channel:odd', '{}', 100)`.execute(before);
    await sql`update log_head set seq = 100`.execute(before);
    await before.destroy();

    const store = await openStore(database);
    try {
      const { read } = store;
      expect(await messageById(read, old(3))).toMatchObject({
        seq: 3,
        content: 'text 3',
        nonce: 'n3',
        author_id: 'ann',
        edited_at: null,
        card: null,
      });
      expect(await messageById(read, old(7))).toBeUndefined();
      expect(await messageById(read, 'nobody')).toBeUndefined();
      const added = messageIdOf(101, 101);
      await sql`insert into message (seq, message_id, channel_id, author_name, device_id, content, created_at)
        values (101, ${added}, 'odd', 'bob', 'd', 'new', 101)`.execute(store.write);
      const found = await messagesByIds(read, [old(1), added, old(99), 'nobody', messageIdOf(5, 5)]);
      expect([...found].map(([id, row]) => [id, row.seq])).toEqual(
        expect.arrayContaining([
          [old(1), 1],
          [added, 101],
          [old(99), 99],
        ]),
      );
      expect(found.size).toBe(3);
      expect((await messagesSaid(read, 95, ['odd'], 10)).map(row => row.seq)).toEqual([97, 99, 101]);
      expect((await messagesSaid(read, 0, ['odd', 'even'], 7)).map(row => row.seq)).toEqual([1, 2, 3, 4, 5, 6, 8]);
      expect((await readEvents(read, 0, ['channel:odd'], 10)).map(({ seq, name }) => [seq, name])).toEqual([[100, 'message.edited']]);
    } finally {
      await store.close();
      await database.remove();
    }
  });
});
