import { atLeast, type Channel, type EventBody, type Role } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { Committer } from '../store/commit.ts';
import type { Tables } from '../store/schema.ts';
import { type CommittedEvent, Unit } from '../store/unit.ts';
import { removeMember } from './memberships.ts';
import type { People } from './people.ts';
import type { Roster } from './roster.ts';

/** The members of a channel whose role would not reach it. */
export function membersBelow(roster: Roster, people: People, { channelId }: Channel, minRole: Role): string[] {
  return [...roster.memberIds(channelId)].filter(userId => {
    const user = people.byId(userId);
    return user !== undefined && !atLeast(user.role, minRole);
  });
}

/**
 * Keeps everybody out of channels above their role. Whoever takes a role away, or raises a channel, takes those out who
 * are members then; a join, a new role and a channel's new rights that are committed in the same moment know nothing of
 * each other, and whichever comes last shows it here. It looks at everything once, for what a stop cut off.
 */
export function keepReach(parts: { roster: Roster; people: People; committer: Committer; db: Kysely<Tables> }): void {
  const { roster, people, committer, db } = parts;
  const look = (channelIds: Iterable<string>) => {
    const unit = new Unit();
    for (const channelId of channelIds) {
      const channel = roster.channel(channelId);
      if (!channel || channel.kind === 'direct') continue;
      for (const userId of membersBelow(roster, people, channel, channel.minRole)) removeMember(unit, db, channelId, userId);
    }
    // Not stored, it is looked for again at the next change, and at the next start.
    if (unit.events.length > 0) committer.commit(unit).catch(() => undefined);
  };
  committer.onApplied(events => look(touched(events, roster)));
  look([...roster.records()].map(record => record.channel.channelId));
}

/** The channels in which somebody may now be above their role. */
function touched(events: readonly CommittedEvent[], roster: Roster): Set<string> {
  const channelIds = new Set<string>();
  for (const { name, body } of events) {
    if (name === 'channel.updated') channelIds.add((body as EventBody<'channel.updated'>).channel.channelId);
    else if (name === 'member.joined') channelIds.add((body as EventBody<'member.joined'>).channel.channelId);
    else if (name === 'user.updated')
      for (const channelId of roster.channelIdsOf((body as EventBody<'user.updated'>).user.userId)) channelIds.add(channelId);
  }
  return channelIds;
}
