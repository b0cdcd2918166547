import type { Connection, Pending } from '@aerie/client';
import type { Message } from '@aerie/contract';
import type { Kept } from '../../app/kept.ts';

type Left = Pick<Pending, 'nonce' | 'channelId' | 'content' | 'at'>;

/** What was still on its way when the page was closed or reloaded: shown as not sent, to be sent again or discarded. */
export interface Unsent {
  list(): readonly Left[];
  drop(nonce: string): void;
  /** A channel's messages as they came: what is among them did arrive. */
  arrived(messages: readonly Message[]): void;
  subscribe(listener: () => void): () => void;
  stop(): void;
}

/** Writes down a connection's outbox as it changes, and answers what an earlier page had left in it. */
export function unsentOf(userId: string, connection: Connection, kept: Kept): Unsent {
  const key = `unsent.${userId}`;
  const listeners = new Set<() => void>();
  let left: readonly Left[] = parse(kept.read(key));

  const keep = () => {
    const all = [...left, ...connection.outbox.map(({ nonce, channelId, content, at }) => ({ nonce, channelId, content, at }))];
    kept.write(key, all.length > 0 ? JSON.stringify(all) : undefined);
  };
  const without = (gone: (entry: Left) => boolean) => {
    const rest = left.filter(entry => !gone(entry));
    if (rest.length === left.length) return;
    left = rest;
    keep();
    for (const listener of listeners) listener();
  };
  let outbox = connection.outbox;
  const stop = connection.subscribe(() => {
    if (connection.outbox === outbox) return;
    outbox = connection.outbox;
    keep();
  });

  return {
    list: () => left,
    drop: nonce => without(entry => entry.nonce === nonce),
    arrived: messages => {
      if (left.length === 0) return;
      const nonces = new Set(messages.map(message => message.nonce));
      without(entry => nonces.has(entry.nonce));
    },
    subscribe: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop,
  };
}

function parse(text: string | undefined): Left[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(value)) return [];
    return value.filter(
      (entry): entry is Left =>
        typeof entry?.nonce === 'string' &&
        typeof entry.channelId === 'string' &&
        typeof entry.content === 'string' &&
        typeof entry.at === 'number',
    );
  } catch {
    return [];
  }
}
