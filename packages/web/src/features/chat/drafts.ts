import type { Kept } from '../../app/kept.ts';

/** What was typed and not sent, by channel. It survives a reload. */
export interface Drafts {
  read(channelId: string): string;
  write(channelId: string, text: string): void;
  /** Channels that have one; the same set as long as none comes or goes. */
  channels(): ReadonlySet<string>;
  subscribe(listener: () => void): () => void;
}

/** The drafts of one person in this browser; another person on the same machine does not see them. */
export function draftsOf(userId: string, kept: Kept): Drafts {
  const indexKey = `drafts.${userId}`;
  const key = (channelId: string) => `draft.${userId}.${channelId}`;
  const listeners = new Set<() => void>();
  let channels: ReadonlySet<string> = new Set((kept.read(indexKey) ?? '').split(' ').filter(Boolean));
  // In case the browser keeps nothing, a draft at least survives a change of channel.
  const held = new Map<string, string>();

  return {
    read: channelId => held.get(channelId) ?? kept.read(key(channelId)) ?? '',
    write: (channelId, text) => {
      const value = text.trim() === '' ? undefined : text;
      held.set(channelId, value ?? '');
      kept.write(key(channelId), value);
      if (channels.has(channelId) === (value !== undefined)) return;
      const next = new Set(channels);
      if (value === undefined) next.delete(channelId);
      else next.add(channelId);
      channels = next;
      kept.write(indexKey, channels.size > 0 ? [...channels].join(' ') : undefined);
      for (const listener of listeners) listener();
    },
    channels: () => channels,
    subscribe: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
