import { join } from 'node:path';
import { openSqlite } from '../../packages/nester/src/store/sqlite.ts';
import type { SeededChannel } from './aerie-seed.ts';
import { contentBytes } from './points.ts';

/** How far back a resume goes at most: the same as the product's pruning leaves. */
const keptEvents = 200_000;
const yearMs = 365 * 86_400_000;

/**
 * Fills the channel of a seeded data folder with so many messages, spread over the last year, by all members in turn, and sets
 * the log's floor as the product's pruning leaves it. Straight into SQLite: through the door it would take minutes.
 */
export function fillHistory({ data, channelId, userIds }: SeededChannel, messages: number): void {
  const file = openSqlite(join(data, 'nester.db'), 'write');
  try {
    // Nobody relies on this file yet: no log beside it, no syncs.
    file.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -256000; BEGIN');
    file.exec('CREATE TEMP TABLE author (n INTEGER PRIMARY KEY, user_id TEXT, name TEXT, device_id TEXT)');
    const author = file.prepare(
      `INSERT INTO author SELECT ?, user_id, name, (SELECT device_id FROM session WHERE user_id = u.user_id) FROM user_account u WHERE user_id = ?`,
    );
    for (const [n, userId] of userIds.entries()) author.run(n, userId);
    const from = Date.now() - yearMs;
    const ids = `printf('%08x-%04x-7000-8000-%012x', seq / 65536, seq % 65536, seq)`;
    const at = `${from} + CAST(seq * ${yearMs / messages} AS INTEGER)`;
    const seqs = `WITH RECURSIVE s(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < ${messages})`;
    file
      .prepare(
        `${seqs} INSERT INTO message (seq, message_id, channel_id, author_id, author_name, device_id, nonce, content, created_at)
         SELECT seq, ${ids}, ?, user_id, name, device_id, printf('%08x', seq), printf('%.*s', ${contentBytes}, 'Message ' || seq || ' ' || ?), ${at}
         FROM s JOIN author ON n = seq % ${userIds.length}`,
      )
      .run(channelId, 'the site in Boston answers again, the switch had lost power; '.repeat(2));
    const floor = Math.max(0, messages - keptEvents);
    file.prepare('UPDATE log_head SET seq = ?, floor = ?').run(messages, floor);
    // Everybody has read everything, but the last member, who never opened the channel.
    file.prepare('UPDATE membership SET read_seq = ? WHERE user_id <> ?').run(messages, userIds.at(-1)!);
    file.exec('COMMIT; PRAGMA journal_mode = WAL');
  } finally {
    file.close();
  }
}
