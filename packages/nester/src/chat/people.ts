import type { PresenceState, SeenPresence, User } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { Unit } from '../store/unit.ts';

/** What chat asks of accounts: who is there. */
export interface People {
  byId(userId: string): User | undefined;
  byName(name: string): User | undefined;
  all(): User[];
  /** Makes a unit fail (`conflict`) when the user's role or state is another by the time of its commit: what was allowed may no longer be. */
  requireUnchanged(unit: Unit, db: Kysely<Tables>, user: User): void;
}

/** What chat asks of guests. */
export interface GuestList {
  /** Every guest who does not look offline: the same list until one of them moves. */
  present(): readonly { guestId: string; name: string; state: SeenPresence }[];
  setState(guestId: string, state: PresenceState): void;
  /** The name a guest speaks under; throws `name_taken` when it is somebody else's by now. */
  requireName(guestId: string, name: string): string;
  /** Counts a message; throws `too_fast` when there were too many. */
  speak(guestId: string, now: number): void;
}

/** What chat asks of moderation. */
export interface Voices {
  /** Throws `muted` while that user may read only. */
  requireVoice(userId: string, now: number): void;
}
