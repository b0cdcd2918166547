import { type Channel, type Incident, limits, type Message } from '@aerie/contract';
import type { MessageTable } from '../store/schema.ts';
import type { Topic, Unit } from '../store/unit.ts';
import { messageIdOf } from './message-id.ts';

/** Text as it is kept: well-formed Unicode without NUL, which PostgreSQL cannot hold. */
export function cleanContent(content: string): string {
  const text = content.isWellFormed() ? content : content.toWellFormed();
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}

/** A message as members see it. */
export function messageOf(row: MessageTable): Message {
  return {
    messageId: row.message_id,
    channelId: row.channel_id,
    seq: row.seq,
    authorId: row.author_id,
    authorName: row.author_name,
    content: row.content,
    createdAt: row.created_at,
    editedAt: row.edited_at,
    ...(row.nonce === null ? {} : { nonce: row.nonce }),
    ...(row.mentions === null ? {} : { mentions: namedBy(row) }),
    ...(row.card === null ? {} : { card: JSON.parse(row.card) as Incident }),
  };
}

/** The user ids of those whom a message names. */
export function namedBy({ mentions }: Pick<MessageTable, 'mentions'>): string[] {
  return mentions === null ? [] : JSON.parse(mentions);
}

/** What is said, by whom; with a nonce it is stored once. */
interface NewMessage {
  /** A guest has no user id. */
  author: { userId: string | null; name: string };
  deviceId: string;
  nonce: string | null;
  content: string;
  at: number;
  card?: Incident;
  /** User ids of those whom it names. */
  mentions?: readonly string[];
}

const topics = new WeakMap<Channel, Topic>();

/** Put together once for each channel: whoever looks it up in a batch would hash each new text. */
function topicOf(channel: Channel): Topic {
  let topic = topics.get(channel);
  if (topic === undefined) {
    topic = `channel:${channel.channelId}`;
    topics.set(channel, topic);
  }
  return topic;
}

/** Adds a message and its event to a unit. The row that it answers gets its `seq`, and the id that tells it, at the commit. */
export function addMessage(unit: Unit, channel: Channel, said: NewMessage): MessageTable {
  const { channelId, kind } = channel;
  const row: MessageTable = {
    seq: 0,
    message_id: '',
    channel_id: channelId,
    author_id: said.author.userId,
    author_name: said.author.name,
    device_id: said.deviceId,
    nonce: said.nonce,
    content: said.content,
    created_at: said.at,
    edited_at: null,
    deleted_at: null,
    card: said.card === undefined ? null : JSON.stringify(said.card),
    mentions: said.mentions?.length ? JSON.stringify(said.mentions) : null,
  };
  const ids: Record<string, string | number> = kind === 'direct' ? { channelId, direct: 1 } : { channelId };
  const created = unit.eventOfRow('message.created', topicOf(channel), ids, () => ({ message: messageOf(row) }));
  const stored = () => {
    row.seq = created.seq;
    row.message_id = messageIdOf(created.seq, said.at);
    return row;
  };
  if (said.nonce === null) unit.insert('message', stored);
  else unit.insertOnce('message', stored, { key: ['author_id', 'device_id', 'nonce'], id: 'message_id' });
  for (const userId of said.mentions ?? []) unit.insert('mention', () => ({ user_id: userId, channel_id: channelId, seq: created.seq }));
  return row;
}

/** A page of history and whether there is more on either side. */
export interface HistoryPage {
  messages: Message[];
  moreBefore: boolean;
  moreAfter: boolean;
}

/**
 * Makes a page of rows that were read one beyond the limit, so that one knows whether there is more. Both lists are
 * oldest first. A page of long messages is cut at the far ends, so that an answer stays of a size that a client can take.
 */
export function pageOf(before: MessageTable[], after: MessageTable[], limitBefore: number, limitAfter: number): HistoryPage {
  const older = fittingRows(before.toReversed().slice(0, limitBefore), limits.pageChars).reverse();
  const newer = fittingRows(after.slice(0, limitAfter), limits.pageChars);
  return {
    messages: [...older, ...newer].map(messageOf),
    moreBefore: older.length < before.length,
    moreAfter: newer.length < after.length,
  };
}

/** The first rows whose texts fit together; at least one. */
function fittingRows(rows: MessageTable[], chars: number): MessageTable[] {
  let left = chars;
  const end = rows.findIndex(row => {
    left -= row.content.length;
    return left < 0;
  });
  return end === -1 ? rows : rows.slice(0, Math.max(1, end));
}
