import { atLeast, type Channel, type Role } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { Unit } from '../store/unit.ts';
import { leaveQuery } from './memberships.store.ts';
import type { Roster } from './roster.ts';

/** Writes that somebody belongs to a channel, and tells its members and that person how the channel is by then. */
export function addMember(unit: Unit, roster: Roster, channel: Channel, userId: string): void {
  const { channelId } = channel;
  const joined = unit.event('member.joined', [`channel:${channelId}`, `user:${userId}`], { channelId, userId }, () => ({
    // A channel that this very unit makes is not in the roster yet.
    channel: roster.channel(channelId) ?? channel,
    userId,
  }));
  unit.insert('membership', () => ({ channel_id: channelId, user_id: userId, joined_seq: joined.seq, read_seq: joined.seq }));
}

/** Writes that somebody no longer belongs to a channel. */
export function removeMember(unit: Unit, db: Kysely<Tables>, channelId: string, userId: string): void {
  unit.run(leaveQuery(db, channelId, userId));
  unit.event('member.left', [`channel:${channelId}`, `user:${userId}`], { channelId, userId }, () => ({ channelId, userId }));
}

/**
 * Adds to a unit what a new, promoted or demoted account means for channels: it joins those that its role newly reaches
 * by themselves, and leaves those that its role may no longer see.
 */
export function followRole(unit: Unit, db: Kysely<Tables>, roster: Roster, userId: string, before: Role | undefined, after: Role): void {
  for (const { channel, autoJoin } of roster.records()) {
    const member = roster.isMember(channel.channelId, userId);
    const reached = atLeast(after, channel.minRole);
    const wasReached = before !== undefined && atLeast(before, channel.minRole);
    // Also where it is not a member yet: a join may be on its way to the commit before this one.
    if (!reached && (member || wasReached)) removeMember(unit, db, channel.channelId, userId);
    else if (!member && reached && !wasReached && autoJoin && !channel.archived) addMember(unit, roster, channel, userId);
  }
}
