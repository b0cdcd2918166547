import type { ClientState } from '@aerie/client';
import type { OwnChannel } from '@aerie/contract';
import { channelKey } from '@aerie/contract/names';
import { atLeast } from '@aerie/contract/roles';

type Users = ClientState['users'];

/** The other person of a direct channel; oneself in a channel with oneself. */
export function otherUserId(channel: OwnChannel, meId: string): string | undefined {
  return channel.directUserIds?.find(id => id !== meId) ?? channel.directUserIds?.[0];
}

/** What a channel is called: its name, or that of the other person. */
export function channelName(channel: OwnChannel, users: Users, meId: string): string {
  if (channel.kind !== 'direct') return channel.name;
  return users.get(otherUserId(channel, meId) ?? '')?.name ?? '…';
}

/** The last part of a channel's address: its name where it has one, else its id. */
export function channelSlug(channel: Pick<OwnChannel, 'kind' | 'channelId' | 'name'>): string {
  return channel.kind === 'direct' ? channel.channelId : channel.name;
}

/** The part of an address that names a channel; undefined where no channel is open. */
export function slugAt(pathname: string): string | undefined {
  if (!pathname.startsWith('/c/')) return undefined;
  const slug = pathname.slice('/c/'.length);
  try {
    return decodeURIComponent(slug);
  } catch {
    return slug;
  }
}

/** The channel that an address names, by id or by any spelling of its name. */
export function channelAt(channels: ClientState['channels'], slug: string): OwnChannel | undefined {
  const byId = channels.get(slug);
  if (byId) return byId;
  const key = channelKey(slug);
  for (const channel of channels.values()) {
    if (channel.kind !== 'direct' && channelKey(channel.name) === key) return channel;
  }
  return undefined;
}

/** Whether not everybody may be in a channel: it is marked with a lock. */
export function isClosed(channel: Pick<OwnChannel, 'kind' | 'minRole'>): boolean {
  return channel.kind === 'private' || atLeast(channel.minRole, 'technician');
}

export interface ChannelGroups {
  rooms: OwnChannel[];
  direct: OwnChannel[];
}

/** One's channels as the list shows them: named ones by name, direct ones by the other's name; archived ones are left out. */
export function groupChannels(state: ClientState, compare: (a: string, b: string) => number): ChannelGroups {
  const name = (channel: OwnChannel) => channelName(channel, state.users, state.me.userId);
  const open = [...state.channels.values()].filter(channel => !channel.archived).sort((a, b) => compare(name(a), name(b)));
  // #général comes first: it is where everybody is.
  const general = (channel: OwnChannel) => (channelKey(channel.name) === 'general' ? 0 : 1);
  return {
    rooms: open.filter(channel => channel.kind !== 'direct').sort((a, b) => general(a) - general(b)),
    direct: open.filter(channel => channel.kind === 'direct'),
  };
}

/** Unread messages in all channels. */
export function unreadTotal(state: ClientState): number {
  let total = 0;
  for (const channel of state.channels.values()) if (!channel.archived) total += channel.unread;
  return total;
}

/** Unread messages that name oneself, in all channels. */
export function mentionTotal(state: ClientState): number {
  let total = 0;
  for (const channel of state.channels.values()) if (!channel.archived) total += channel.mentions;
  return total;
}
