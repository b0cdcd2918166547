import type { chatCommands, Role } from '@aerie/contract';
import type { Bus } from '../bus/bus.ts';
import type { Handlers } from '../context.ts';
import { newId } from '../new-id.ts';
import type { Committer } from '../store/commit.ts';
import type { Replay } from '../store/log.ts';
import type { Store } from '../store/store.ts';
import { Unit } from '../store/unit.ts';
import { channelCommands } from './channels.commands.ts';
import { allChannels } from './channels.store.ts';
import { firstChannels, isOpenToGuests, newChannelRow, recordOf } from './channels.ts';
import { Marks } from './marks.ts';
import { memberCommands } from './members.commands.ts';
import { allMemberships } from './memberships.store.ts';
import { followRole } from './memberships.ts';
import { messageCommands } from './messages.commands.ts';
import type { GuestList, People, Voices } from './people.ts';
import { presenceCommands } from './presence.commands.ts';
import { Presence } from './presence.ts';
import { keepReach } from './reach.ts';
import { resumeCommands } from './resume.ts';
import { Roster } from './roster.ts';

/** The rooms where people talk. */
export interface Chat {
  readonly commands: Handlers<keyof typeof chatCommands>;
  readonly roster: Roster;
  readonly presence: Presence;
  /** Channels where people without an account may read and write. */
  guestChannelIds(): string[];
  stop(): void;
}

/** What follows for channels when an account is made or changed; joined to the same unit. */
export interface AccountChange {
  userId: string;
  before: { role: Role; disabled: boolean } | undefined;
  after: { role: Role; disabled: boolean };
}

/** Loads channels and memberships, making the first channels in an empty store. */
export async function openRoster(store: Store, committer: Committer, now: () => number): Promise<Roster> {
  if ((await allChannels(store.read)).length === 0) {
    const unit = new Unit();
    for (const first of firstChannels)
      unit.insert('channel', newChannelRow({ ...first, channelId: newId(), kind: 'public', autoJoin: true, at: now() }));
    await committer.commit(unit);
  }
  const roster = new Roster((await allChannels(store.read)).map(recordOf), await allMemberships(store.read));
  committer.onApplied(events => roster.apply(events));
  return roster;
}

/** Adds to `unit` the memberships that follow from an account's new role. */
export function followAccount(unit: Unit, store: Store, roster: Roster, { userId, before, after }: AccountChange): void {
  followRole(unit, store.read, roster, userId, before?.role, after.role);
}

export function openChat(parts: {
  store: Store;
  committer: Committer;
  bus: Bus;
  people: People;
  voices: Voices;
  guests: GuestList;
  roster: Roster;
  replays: readonly Replay[];
}): Chat {
  const { roster } = parts;
  const presence = new Presence(parts.bus);
  keepReach({ ...parts, db: parts.store.read });
  return {
    roster,
    presence,
    commands: {
      ...messageCommands(parts),
      ...channelCommands({ ...parts, marks: new Marks(parts) }),
      ...memberCommands(roster, parts.people),
      ...presenceCommands({ ...parts, presence }),
      ...resumeCommands({ ...parts, presence }),
    },
    guestChannelIds: () => [...roster.records()].filter(({ channel }) => isOpenToGuests(channel)).map(({ channel }) => channel.channelId),
    stop: () => presence.stop(),
  };
}
