import type { EventFrame, Message } from '@aerie/contract';

/** A contiguous stretch of one channel, oldest first. New messages join it only when nothing is missing after it. */
export interface Window {
  readonly messages: readonly Message[];
  readonly moreBefore: boolean;
  readonly moreAfter: boolean;
}

/** Where a page of history goes: instead of what is held, or at one end of it. */
export type Place = 'replace' | 'before' | 'after';

/** The window that results from a page of history; nothing when there is none to join the page to. */
export function joinPage(held: Window | undefined, page: Window, place: Place): Window | undefined {
  const { messages, moreBefore, moreAfter } = page;
  if (place === 'replace') return { messages, moreBefore, moreAfter };
  if (!held) return undefined;
  const ids = new Set(held.messages.map(message => message.messageId));
  const fresh = messages.filter(message => !ids.has(message.messageId));
  const joined: Window =
    place === 'before'
      ? { messages: [...fresh, ...held.messages], moreBefore, moreAfter: held.moreAfter }
      : { messages: [...held.messages, ...fresh], moreBefore: held.moreBefore, moreAfter };
  return fresh.length === 0 && joined.moreBefore === held.moreBefore && joined.moreAfter === held.moreAfter ? held : joined;
}

/** The window after an event; the same object when the event does not touch it. The event must be of the window's channel. */
export function windowAfter(window: Window, frame: EventFrame): Window {
  switch (frame.event) {
    case 'message.created':
      return withMessage(window, frame.message);
    case 'message.edited':
      return replaced(window, frame.message);
    case 'message.deleted': {
      const messages = window.messages.filter(message => message.messageId !== frame.messageId);
      return messages.length === window.messages.length ? window : { ...window, messages };
    }
    default:
      return window;
  }
}

/** The channel whose window an event may touch. */
export function windowChannel(frame: EventFrame): string | undefined {
  switch (frame.event) {
    case 'message.created':
    case 'message.edited':
      return frame.message.channelId;
    case 'message.deleted':
      return frame.channelId;
    default:
      return undefined;
  }
}

function withMessage(window: Window, message: Message): Window {
  const { messages } = window;
  const last = messages.at(-1);
  if (!last || message.seq > last.seq) return window.moreAfter ? window : { ...window, messages: [...messages, message] };
  const held = messages.find(other => other.messageId === message.messageId);
  // A page of history may be ahead of the events: what it has of a later edit stays.
  if (held) return (message.editedAt ?? 0) < (held.editedAt ?? 0) ? window : replaced(window, message);
  const at = messages.findIndex(other => other.seq > message.seq);
  if (at === 0 && window.moreBefore) return window;
  return { ...window, messages: messages.toSpliced(at, 0, message) };
}

function replaced(window: Window, message: Message): Window {
  const at = window.messages.findIndex(other => other.messageId === message.messageId);
  if (at < 0 || same(window.messages[at]!, message)) return window;
  return { ...window, messages: window.messages.with(at, message) };
}

function same(a: Message, b: Message): boolean {
  return (
    a.content === b.content &&
    a.editedAt === b.editedAt &&
    a.authorName === b.authorName &&
    a.nonce === b.nonce &&
    JSON.stringify(a.card) === JSON.stringify(b.card)
  );
}
