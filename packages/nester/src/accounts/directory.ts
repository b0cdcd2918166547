import { AppError, type User, userKey } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { UserActor } from '../context.ts';
import { keepJson } from '../kept-json.ts';
import type { Tables } from '../store/schema.ts';
import type { CommittedEvent, Unit } from '../store/unit.ts';
import { allUsers, unchangedStandingQuery } from './users.store.ts';

/** Who has an account, in memory: a projection of the log. It follows every commit before the commit is acknowledged. */
export class Directory {
  readonly #byId = new Map<string, User>();
  readonly #byKey = new Map<string, User>();
  #all: User[] | undefined;

  constructor(users: Iterable<User>) {
    for (const user of users) this.#keep(user);
  }

  static async load(db: Kysely<Tables>): Promise<Directory> {
    return new Directory(await allUsers(db));
  }

  byId(userId: string): User | undefined {
    return this.#byId.get(userId);
  }

  /** By name, whatever its case. */
  byName(name: string): User | undefined {
    return this.#byKey.get(userKey(name));
  }

  /** Everybody, as of now: the same list until somebody changes. */
  all(): User[] {
    this.#all ??= keepJson([...this.#byId.values()]);
    return this.#all;
  }

  /** True when somebody can administer: an enabled person, since bots cannot log in. */
  hasAdmin(): boolean {
    for (const { role, kind, disabled } of this.all()) if (role === 'admin' && kind === 'person' && !disabled) return true;
    return false;
  }

  /** Somebody who was read, or whose password was verified, a while ago, with the name and role of now. */
  asNow(actor: UserActor): UserActor {
    const user = this.#byId.get(actor.userId);
    return user ? { ...actor, name: user.name, role: user.role } : actor;
  }

  /** Makes the unit fail when that user's role or state is another one by then. */
  requireUnchanged(unit: Unit, db: Kysely<Tables>, user: User, orElse = new AppError('conflict')): void {
    unit.run(unchangedStandingQuery(db, user), orElse);
  }

  apply(events: readonly CommittedEvent[]): void {
    for (const { name, body } of events) if (name === 'user.created' || name === 'user.updated') this.#keep(body.user as User);
  }

  #keep(user: User): void {
    const before = this.#byId.get(user.userId);
    if (before) this.#byKey.delete(userKey(before.name));
    this.#byId.set(user.userId, user);
    this.#all = undefined;
    this.#byKey.set(userKey(user.name), user);
  }
}
