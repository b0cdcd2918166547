import type { ClientState } from '@aerie/client';
import type { OwnChannel, SeenPresence } from '@aerie/contract';

/** A channel as the list shows it. */
export interface Room {
  readonly channelId: string;
  /** `#dev`; of a direct channel the other person's name, of one with oneself one's own. */
  readonly title: string;
  readonly direct: boolean;
  readonly unread: number;
  readonly mentions: number;
  /** Of the other person. */
  readonly presence?: SeenPresence;
}

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

/** One's channels in the order of the list: those of many by name, then those of two. Archived ones are left out. */
export function roomsOf(state: ClientState): Room[] {
  return [...state.channels.values()]
    .filter(channel => !channel.archived)
    .map(channel => roomOf(state, channel))
    .sort((a, b) => Number(a.direct) - Number(b.direct) || collator.compare(a.title, b.title));
}

/** A channel as the list shows it. */
function roomOf(state: ClientState, channel: OwnChannel): Room {
  const { channelId, unread, mentions } = channel;
  const otherId = otherIdOf(state, channel);
  return {
    channelId,
    title: otherId === undefined ? `#${channel.name}` : (state.users.get(otherId)?.name ?? '?'),
    direct: otherId !== undefined,
    unread,
    mentions,
    presence: otherId === undefined ? undefined : (state.presence.get(otherId) ?? 'offline'),
  };
}

/** How a channel is called in a sentence: `#dev`, `@Bob`. */
export function nameOf(state: ClientState, channel: OwnChannel): string {
  const { title, direct } = roomOf(state, channel);
  return direct ? `@${title}` : title;
}

function otherIdOf(state: ClientState, { kind, directUserIds }: OwnChannel): string | undefined {
  if (kind !== 'direct') return undefined;
  return directUserIds?.find(userId => userId !== state.me.userId) ?? state.me.userId;
}

/** Everybody who is not offline, by name. */
export function presentIn(state: ClientState): { name: string; presence: SeenPresence }[] {
  return [...state.presence]
    .flatMap(([userId, presence]) => {
      const user = state.users.get(userId);
      return user ? [{ name: user.name, presence }] : [];
    })
    .sort((a, b) => collator.compare(a.name, b.name));
}
