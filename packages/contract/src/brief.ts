import type { Message } from './chat.ts';
import type { EventFrame } from './events.ts';

/**
 * A message that was just said, without the names of its fields: messageId, channelId, authorId (null for a guest), authorName,
 * content, createdAt (epoch milliseconds) and, where there is one, the nonce.
 */
export type BriefMessage = [string, string, string | null, string, string, number, string?];

/** The frame of `message.created` for a connection that asked `log.resume` with `brief`. */
export interface SaidFrame {
  seq: number;
  said: BriefMessage;
}

/** The brief form of a message that was just said; undefined for one that has more to it (whom it names, a card, an edit). */
export function briefOf(message: Message): BriefMessage | undefined {
  const { messageId, channelId, authorId, authorName, content, createdAt, editedAt, nonce, mentions, card } = message;
  if (editedAt !== null || mentions !== undefined || card !== undefined) return undefined;
  const brief: BriefMessage = [messageId, channelId, authorId, authorName, content, createdAt];
  if (nonce !== undefined) brief.push(nonce);
  return brief;
}

/** What a brief frame says, as everybody else gets it. */
export function frameOfSaid({ seq, said }: SaidFrame): EventFrame {
  const [messageId, channelId, authorId, authorName, content, createdAt, nonce] = said;
  return {
    seq,
    event: 'message.created',
    message: {
      messageId,
      channelId,
      seq,
      authorId,
      authorName,
      content,
      createdAt,
      editedAt: null,
      ...(nonce === undefined ? {} : { nonce }),
    },
  };
}
