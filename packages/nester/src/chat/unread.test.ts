import { CompiledQuery, sql } from 'kysely';
import { expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { Committer } from '../store/commit.ts';
import type { MessageTable } from '../store/schema.ts';
import { openStore } from '../store/store.ts';
import { Unit } from '../store/unit.ts';
import { ownMarks } from './memberships.store.ts';

onEachDatabase('counting what is unread', newDatabase => {
  it('counts what others said and did not take back, and looks at an index alone', async () => {
    const database = await newDatabase();
    const store = await openStore(database);
    const committer = new Committer(
      store,
      0,
      () => 42,
      error => {
        throw error;
      },
    );
    const unit = new Unit();
    for (const channelId of ['dev', 'quiet'])
      unit.insert('membership', { channel_id: channelId, user_id: 'ann', joined_seq: 0, read_seq: 10 });
    const authors = ['ann', 'bob', null];
    for (let seq = 1; seq <= 3_000; seq++) {
      const row: MessageTable = {
        seq,
        message_id: `m${seq}`,
        channel_id: 'dev',
        author_id: authors[seq % 3]!,
        author_name: 'x',
        device_id: 'd',
        nonce: null,
        content: 'x'.repeat(200),
        created_at: 1,
        edited_at: null,
        deleted_at: seq % 10 === 0 ? 1 : null,
        card: null,
        mentions: null,
      };
      unit.insert('message', row);
      if (seq % 100 === 1) unit.insert('mention', { user_id: 'ann', channel_id: 'dev', seq });
    }
    await committer.commit(unit);
    const others = Array.from({ length: 3_000 }, (_, i) => i + 1).filter(seq => seq > 10 && seq % 3 !== 0 && seq % 10 !== 0);
    expect((await ownMarks(store.read, 'ann')).toSorted((a, b) => (a.channelId < b.channelId ? -1 : 1))).toEqual([
      { channelId: 'dev', readSeq: 10, unread: others.length, mentions: 29 },
      { channelId: 'quiet', readSeq: 10, unread: 0, mentions: 0 },
    ]);

    if (store.dialect.name === 'postgres') await store.write.executeQuery(CompiledQuery.raw('vacuum analyze message'));
    const explain = store.dialect.name === 'sqlite' ? 'explain query plan' : 'explain';
    const counting = sql`${sql.raw(explain)} select count(*) from message where channel_id = ${'dev'} and seq > ${2_900} and deleted_at is null and author_id is distinct from ${'ann'}`;
    const { rows } = await counting.execute(store.read);
    expect(JSON.stringify(rows)).toMatch(/(COVERING INDEX|Index Only Scan using) message_channel/);
    await committer.stop();
    await store.close();
    await database.remove();
  });
});
