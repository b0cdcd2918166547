import type { Incident, Message } from '@aerie/contract';
import type { MessageTable } from '../store/schema.ts';

/** Text as it is kept: well-formed Unicode without NUL, which PostgreSQL cannot hold. */
export function cleanContent(content: string): string {
  return content.toWellFormed().replaceAll('\0', '');
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
    ...(row.card === null ? {} : { card: JSON.parse(row.card) as Incident }),
  };
}

/** A page of history and whether there is more on either side. */
export interface HistoryPage {
  messages: Message[];
  moreBefore: boolean;
  moreAfter: boolean;
}

/** Cuts rows that were read one beyond the limit, so that one knows whether there is more. Both lists are oldest first. */
export function pageOf(before: MessageTable[], after: MessageTable[], limitBefore: number, limitAfter: number): HistoryPage {
  const moreBefore = before.length > limitBefore;
  const moreAfter = after.length > limitAfter;
  const rows = [...(moreBefore ? before.slice(before.length - limitBefore) : before), ...after.slice(0, limitAfter)];
  return { messages: rows.map(messageOf), moreBefore, moreAfter };
}
