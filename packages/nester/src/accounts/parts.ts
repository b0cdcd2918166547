import type { Language, Role } from '@aerie/contract';
import type { Bus } from '../bus/bus.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { Committer } from '../store/commit.ts';
import type { Store } from '../store/store.ts';
import type { Unit } from '../store/unit.ts';
import type { Directory } from './directory.ts';
import type { Hashing } from './hashing.ts';
import type { Lockout } from './lockout.ts';
import type { Registrations } from './registrations.ts';

/** How an account stood before and stands after a unit. */
export interface UserChange {
  userId: string;
  name: string;
  language: Language | undefined;
  /** Undefined when the unit makes the account. */
  before: Standing | undefined;
  after: Standing;
}

interface Standing {
  role: Role;
  disabled: boolean;
}

/** What another room adds to the unit that makes or changes a user (chat: memberships and their events). */
export type UserEffect = (unit: Unit, change: UserChange) => void;

/** What the room is given. */
export interface AccountsParts {
  store: Store;
  committer: Committer;
  bus: Bus;
  config: Config;
  log: Log;
  now: () => number;
  version: string;
  effects: UserEffect[];
  /** The words of whoever banned somebody until then, as they stand in a sentence; may be empty. */
  bannedBecause: (userId: string, until: number) => string;
  /** Known only when the port is open. */
  publicUrl: () => string;
}

/** What the room's commands share. */
export interface Shared extends AccountsParts {
  readonly directory: Directory;
  readonly hashing: Hashing;
  readonly lockout: Lockout;
  readonly registrations: Registrations;
  /** How often sessions were ended: who sees the same number twice knows that none was ended in between. */
  readonly endings: () => number;
}
