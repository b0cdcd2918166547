import type { UserActor } from '../context.ts';
import { Unit } from '../store/unit.ts';
import type { Shared } from './parts.ts';
import { openSessionByToken, seenSessionQuery } from './sessions.store.ts';
import { actorOf, noteEveryMs, sessionMs } from './sessions.ts';
import { tokenHash } from './tokens.ts';
import { seenUserQuery } from './users.store.ts';

/** Tells whom a token logs in, and notes that sessions are used. */
export class Authentication {
  readonly #shared: Shared;
  readonly #noting = new Set<string>();

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** The user that a token logs in; undefined when it is unknown or expired, or the account closed. */
  async authenticate(token: string): Promise<UserActor | undefined> {
    const { store, directory, now } = this.#shared;
    const session = await openSessionByToken(store.read, tokenHash(token), now());
    if (!session) return undefined;
    const actor = directory.asNow(actorOf(session, session));
    this.noteUse(actor, session.seen_at);
    return actor;
  }

  /** Notes at most once a minute, and without being waited for, that a session is used: it and its user were seen, and it expires later. */
  noteUse({ sessionId, userId }: UserActor, seenAt: number): void {
    const { store, committer, now } = this.#shared;
    const at = now();
    if (at - seenAt < noteEveryMs || this.#noting.has(sessionId)) return;
    this.#noting.add(sessionId);
    const unit = new Unit().run(seenSessionQuery(store.read, sessionId, at, at + sessionMs)).run(seenUserQuery(store.read, userId, at));
    committer
      .commit(unit)
      // Nothing is lost but a time; the next use notes it again.
      .catch(() => {})
      .finally(() => this.#noting.delete(sessionId));
  }
}
