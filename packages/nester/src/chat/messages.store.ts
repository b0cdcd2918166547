import { type CompiledQuery, type Kysely, sql } from 'kysely';
import type { MessageTable, Tables } from '../store/schema.ts';
import { seqOfMessageId } from './message-id.ts';

/** Existing messages of a channel below `before`, the newest `limit` of them, oldest first. */
export async function messagesBefore(db: Kysely<Tables>, channelId: string, before: number, limit: number): Promise<MessageTable[]> {
  const rows = await db
    .selectFrom('message')
    .selectAll()
    .where('channel_id', '=', channelId)
    .where('seq', '<', before)
    .where('deleted_at', 'is', null)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.reverse();
}

/** Existing messages of a channel above `after`, oldest first. */
export async function messagesAfter(db: Kysely<Tables>, channelId: string, after: number, limit: number): Promise<MessageTable[]> {
  return await db
    .selectFrom('message')
    .selectAll()
    .where('channel_id', '=', channelId)
    .where('seq', '>', after)
    .where('deleted_at', 'is', null)
    .orderBy('seq')
    .limit(limit)
    .execute();
}

/** Existing messages of these channels above `after`, in order of seq: what their log has. */
export async function messagesSaid(
  db: Kysely<Tables>,
  after: number,
  channelIds: readonly string[],
  limit: number,
): Promise<MessageTable[]> {
  if (channelIds.length === 0) return [];
  return await db
    .selectFrom('message')
    .selectAll()
    .where('seq', '>', after)
    // Not by the index of channels, which would sort all of them for each page: those after `after` are few.
    .where(sql<string>`channel_id || ''`, 'in', channelIds)
    .where('deleted_at', 'is', null)
    .orderBy('seq')
    .limit(limit)
    .execute();
}

export async function messageById(db: Kysely<Tables>, messageId: string): Promise<MessageTable | undefined> {
  return (await messagesByIds(db, [messageId])).get(messageId);
}

/** Existing messages among those ids. */
export async function messagesByIds(db: Kysely<Tables>, messageIds: readonly string[]): Promise<Map<string, MessageTable>> {
  const found = new Map<string, MessageTable>();
  for (let at = 0; at < messageIds.length; at += 500) {
    const wanted = messageIds.slice(at, at + 500);
    const seqs = [...wanted.map(seqOfMessageId).filter(Number.isSafeInteger), ...(await seqsOfAliases(db, wanted))];
    if (seqs.length === 0) continue;
    const rows = await db.selectFrom('message').selectAll().where('seq', 'in', seqs).where('deleted_at', 'is', null).execute();
    // The seq that an old id seems to tell is another message's.
    const ids = new Set(wanted);
    for (const row of rows) if (ids.has(row.message_id)) found.set(row.message_id, row);
  }
  return found;
}

async function seqsOfAliases(db: Kysely<Tables>, messageIds: readonly string[]): Promise<number[]> {
  const rows = await db.selectFrom('message_alias').select('seq').where('message_id', 'in', messageIds).execute();
  return rows.map(row => row.seq);
}

export async function messageByNonce(
  db: Kysely<Tables>,
  authorId: string,
  deviceId: string,
  nonce: string,
): Promise<MessageTable | undefined> {
  return await db
    .selectFrom('message')
    .selectAll()
    .where('author_id', '=', authorId)
    .where('device_id', '=', deviceId)
    .where('nonce', '=', nonce)
    .executeTakeFirst();
}

/** Which messages an export takes: all that exist after `after`, or those of one channel or between two moments. */
interface Wanted {
  after: number;
  channelId?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  /** Those of direct channels too. */
  direct: boolean;
}

/** Messages in order of seq, with their channel's name. */
export async function exportPage(
  db: Kysely<Tables>,
  { after, channelId, from, to, direct }: Wanted,
  limit: number,
): Promise<(MessageTable & { channel: string })[]> {
  return await db
    .selectFrom('message')
    .innerJoin('channel', 'channel.channel_id', 'message.channel_id')
    .selectAll('message')
    .select('channel.name as channel')
    .where('message.seq', '>', after)
    .where('message.deleted_at', 'is', null)
    .$if(channelId !== undefined, query => query.where('message.channel_id', '=', channelId as string))
    .$if(from !== undefined, query => query.where('message.created_at', '>=', from as number))
    .$if(to !== undefined, query => query.where('message.created_at', '<', to as number))
    .$if(!direct, query => query.where('channel.kind', '!=', 'direct'))
    .orderBy('message.seq')
    .limit(limit)
    .execute();
}

export function editQuery(db: Kysely<Tables>, seq: number, content: string, at: number): CompiledQuery {
  return db.updateTable('message').set({ content, edited_at: at }).where('seq', '=', seq).where('deleted_at', 'is', null).compile();
}

/** Forgets whom a message names. */
export function unmentionQuery(db: Kysely<Tables>, channelId: string, seq: number, userIds: readonly string[]): CompiledQuery {
  return db.deleteFrom('mention').where('user_id', 'in', userIds).where('channel_id', '=', channelId).where('seq', '=', seq).compile();
}

/** Erases the text and marks the message as gone; the row stays for its seq and nonce. */
export function eraseQuery(db: Kysely<Tables>, seq: number, at: number): CompiledQuery {
  return db
    .updateTable('message')
    .set({ content: '', mentions: null, deleted_at: at })
    .where('seq', '=', seq)
    .where('deleted_at', 'is', null)
    .compile();
}

/** Gives a living message its new text and card; it does not count as edited by a person. */
export function reviseQuery(db: Kysely<Tables>, seq: number, content: string, card: string | null): CompiledQuery {
  return db.updateTable('message').set({ content, card }).where('seq', '=', seq).where('deleted_at', 'is', null).compile();
}
