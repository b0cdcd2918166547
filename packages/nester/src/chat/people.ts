import type { User } from '@aerie/contract';

/** What chat asks of accounts: who is there. */
export interface People {
  byId(userId: string): User | undefined;
  byName(name: string): User | undefined;
  all(): Iterable<User>;
}
