import type { Pending } from '@aerie/client';
import type { Message } from '@aerie/contract';
import { sameDay } from '../../i18n/times.ts';

/** One row of a conversation. */
export type TimelineItem =
  | { kind: 'start'; key: string }
  | { kind: 'day'; key: string; at: number }
  | { kind: 'new'; key: string }
  | { kind: 'message'; key: string; message: Message; joined: boolean }
  | { kind: 'pending'; key: string; pending: Pending; joined: boolean };

/** Messages of one person that are closer than this join into one block. */
const joinMs = 5 * 60_000;

interface Content {
  messages: readonly Message[];
  moreBefore: boolean;
  moreAfter: boolean;
  pending: readonly Pending[];
  meId: string;
  /** Where "new since you left" stands: before the first message of others with a greater seq. */
  newAfter: number | undefined;
  /** Messages that once stood first and keep their head, so that what is read does not move when others come in above. */
  apart?: ReadonlySet<string>;
}

/**
 * The rows of a conversation: day lines, the line above what is new, messages that join those before them, and what
 * is on its way. A row keeps its key while messages come in above and below it, so that nothing jumps.
 */
export function timelineItems({ messages, moreBefore, moreAfter, pending, meId, newAfter, apart }: Content): TimelineItem[] {
  const items: TimelineItem[] = moreBefore ? [] : [{ kind: 'start', key: 'start' }];
  const days = new Map<string, number>();
  let last: { author: string; at: number } | undefined;
  // Whether the first message held begins its day is not known while there are others before it.
  let lastDay = moreBefore ? messages[0]?.createdAt : undefined;
  // The line stands between what was read and what was not; where nothing held was read, its place is not known,
  // and where nothing at all was read, it would say nothing.
  let newShown = newAfter === undefined || !messages.some(message => message.seq <= newAfter);

  const place = (author: string, at: number): boolean => {
    if (lastDay === undefined || !sameDay(lastDay, at)) {
      const date = new Date(at).toDateString();
      // A clock that was set back may bring the same day twice.
      const times = days.get(date) ?? 0;
      days.set(date, times + 1);
      items.push({ kind: 'day', key: `day ${date} ${times}`, at });
      lastDay = at;
      last = undefined;
    }
    const joined = last !== undefined && last.author === author && at - last.at < joinMs;
    last = { author, at };
    return joined;
  };

  for (const message of messages) {
    const isNew = !newShown && message.authorId !== meId && message.seq > newAfter!;
    // The day line stands above the line of what is new, so that both belong to the message below.
    const joined = place(message.authorId ?? `guest ${message.authorName}`, message.createdAt);
    if (isNew) {
      items.push({ kind: 'new', key: 'new' });
      newShown = true;
    }
    items.push({ kind: 'message', key: messageKey(message, meId), message, joined: joined && !isNew && !apart?.has(message.messageId) });
  }

  // What one has just said stands at the end; where the end is not shown, it cannot stand right.
  if (!moreAfter) {
    const arrived = new Set(messages.map(message => message.nonce));
    for (const each of pending) {
      if (arrived.has(each.nonce)) continue;
      const joined = place(meId, Math.max(each.at, lastDay ?? 0));
      items.push({ kind: 'pending', key: `sent-${each.nonce}`, pending: each, joined });
    }
  }
  return items;
}

/** One's own message keeps the key that it had on its way, so that it does not blink when it arrives. */
function messageKey(message: Message, meId: string): string {
  return message.authorId === meId && message.nonce ? `sent-${message.nonce}` : message.messageId;
}
