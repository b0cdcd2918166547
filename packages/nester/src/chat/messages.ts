import { type Incident, limits, type Message } from '@aerie/contract';
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
