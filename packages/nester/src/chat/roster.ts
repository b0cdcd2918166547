import { AppError, type Channel, channelKey, type EventBody } from '@aerie/contract';
import type { CommittedEvent, Topic } from '../store/unit.ts';
import type { ChannelRecord } from './channels.ts';

/**
 * Channels and who belongs to them, in memory: a projection of the log, so that a message needs no query to be authorised.
 * It follows every commit before the commit is acknowledged.
 */
export class Roster {
  readonly #channels = new Map<string, ChannelRecord>();
  /** Those with a name. Direct ones grow with the square of the people; who looks through all must not meet them. */
  readonly #named = new Map<string, ChannelRecord>();
  readonly #byUser = new Map<string, Set<string>>();
  readonly #byChannel = new Map<string, Set<string>>();

  constructor(channels: readonly ChannelRecord[], memberships: readonly { channelId: string; userId: string }[]) {
    for (const record of channels) this.#put(record);
    for (const { channelId, userId } of memberships) this.#join(channelId, userId);
  }

  channel(channelId: string): Channel | undefined {
    return this.#channels.get(channelId)?.channel;
  }

  /** The channel of that name, whatever its case and accents. */
  named(name: string): Channel | undefined {
    const key = channelKey(name);
    for (const { channel } of this.#named.values()) if (channelKey(channel.name) === key) return channel;
    return undefined;
  }

  /** All channels but the direct ones. */
  records(): IterableIterator<ChannelRecord> {
    return this.#named.values();
  }

  /** The channel, if that user belongs to it; otherwise `not_found`, as if it were not there. */
  channelOf(userId: string, channelId: string): Channel {
    const record = this.#channels.get(channelId);
    if (!record || !this.isMember(channelId, userId)) throw new AppError('not_found', { thing: 'channel' });
    return record.channel;
  }

  isMember(channelId: string, userId: string): boolean {
    return this.#byChannel.get(channelId)?.has(userId) ?? false;
  }

  channelIdsOf(userId: string): ReadonlySet<string> {
    return this.#byUser.get(userId) ?? none;
  }

  memberIds(channelId: string): ReadonlySet<string> {
    return this.#byChannel.get(channelId) ?? none;
  }

  /** Everything that a user's connections hear. */
  topicsOf(userId: string): Topic[] {
    return ['all', `user:${userId}`, ...Array.from(this.channelIdsOf(userId), id => `channel:${id}` as const)];
  }

  apply(events: readonly CommittedEvent[]): void {
    for (const event of events) {
      if (event.name === 'channel.updated') {
        this.#keep((event.body as EventBody<'channel.updated'>).channel);
      } else if (event.name === 'member.joined') {
        const { channel, userId } = event.body as EventBody<'member.joined'>;
        this.#keep(channel);
        this.#join(channel.channelId, userId);
      } else if (event.name === 'member.left') {
        const { channelId, userId } = event.body as EventBody<'member.left'>;
        this.#byChannel.get(channelId)?.delete(userId);
        this.#byUser.get(userId)?.delete(channelId);
      }
    }
  }

  #keep(channel: Channel): void {
    this.#put({ channel, autoJoin: this.#channels.get(channel.channelId)?.autoJoin ?? false });
  }

  #put(record: ChannelRecord): void {
    const { channelId, kind } = record.channel;
    this.#channels.set(channelId, record);
    if (kind !== 'direct') this.#named.set(channelId, record);
  }

  #join(channelId: string, userId: string): void {
    entry(this.#byChannel, channelId).add(userId);
    entry(this.#byUser, userId).add(channelId);
  }
}

const none: ReadonlySet<string> = new Set();

function entry(map: Map<string, Set<string>>, key: string): Set<string> {
  let set = map.get(key);
  if (!set) {
    set = new Set();
    map.set(key, set);
  }
  return set;
}
