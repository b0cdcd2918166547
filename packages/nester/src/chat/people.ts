import type { User } from '@aerie/contract';
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

/** What chat asks of moderation. */
export interface Voices {
  /** Throws `muted` while that user may read only. */
  requireVoice(userId: string, now: number): void;
}
