import { DatabaseSync } from 'node:sqlite';

/** Puts messages of 16 KB into the store of a Nester that does not run: to say them all would take a while. Each begins with its number. */
export function longMessages(database: string, channelId: string, count: number): void {
  const store = new DatabaseSync(database);
  const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`;
  const content = "i || ' ' || replace(hex(zeroblob(7990)), '0', 'x')";
  store.exec(`insert into message (seq, message_id, channel_id, author_name, device_id, content, created_at)
    ${numbers} select 1000000 + i, 'long' || i, '${channelId}', 'bob', '', ${content}, 0 from n`);
  store.exec(`update log_head set seq = ${1_000_001 + count}`);
  store.close();
}
