import type { Kysely } from 'kysely';
import type { MessageTable, Tables } from '../store/schema.ts';
import type { Unit } from '../store/unit.ts';
import { messageIdOf } from './message-id.ts';
import { channelsByKeys, keepReadQuery, keysOf } from './past-messages.store.ts';

/** Where these messages say that they come from, in place of somebody's device. */
const device = 'classcord-import';

/** What was said on another server. */
export interface PastMessage {
  channelId: string;
  /** Without an account here: `userId` is null. */
  author: { userId: string | null; name: string };
  content: string;
  at: number;
  /** The same for the same message, whenever it is brought. */
  key: string;
}

/** Those of `keys` that were brought before, even if the message has been taken back since. */
export function knownKeys(db: Kysely<Tables>, authorIds: readonly string[], keys: readonly string[]): Promise<Set<string>> {
  return keysOf(db, device, authorIds, keys);
}

/** Of the direct channels with these keys (`directKey`) those that are there, by key. */
export function directChannels(db: Kysely<Tables>, keys: readonly string[]): Promise<Map<string, string>> {
  return channelsByKeys(db, keys);
}

/**
 * Adds messages that were said elsewhere, in their order, to a unit. They are history: nobody is told of each, and who had
 * read all of a channel has still read all of it.
 */
export function addPastMessages(unit: Unit, db: Kysely<Tables>, messages: readonly PastMessage[]): void {
  if (messages.length === 0) return;
  const seqs = unit.reserve(messages.length);
  for (const channelId of new Set(messages.map(message => message.channelId)))
    unit.run(() => keepReadQuery(db, channelId, seqs.first + seqs.count - 1));
  messages.forEach((message, i) => {
    unit.insert('message', () => rowOf(message, seqs.first + i));
  });
}

function rowOf({ channelId, author, content, at, key }: PastMessage, seq: number): MessageTable {
  return {
    seq,
    message_id: messageIdOf(seq, at),
    channel_id: channelId,
    author_id: author.userId,
    author_name: author.name,
    device_id: device,
    nonce: key,
    content,
    created_at: at,
    edited_at: null,
    deleted_at: null,
    card: null,
    mentions: null,
  };
}
