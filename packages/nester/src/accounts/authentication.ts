import { setTimeout } from 'node:timers/promises';
import type { UserActor } from '../context.ts';
import { Unit } from '../store/unit.ts';
import type { Shared } from './parts.ts';
import { openSessionByToken, seenSessionQuery } from './sessions.store.ts';
import { actorOf, noteEveryMs, sessionMs } from './sessions.ts';
import { tokenHash } from './tokens.ts';
import { seenUserQuery } from './users.store.ts';

/** Sessions noted in one unit, and the pause until the next: a crowd that comes back holds up nobody who talks, nor itself. */
const notesAtOnce = 50;
const pauseMs = 100;

/** Tells whom a token logs in, and notes that sessions are used. */
export class Authentication {
  readonly #shared: Shared;
  /** By session, until it is on disk. */
  readonly #noted = new Map<string, { userId: string; at: number }>();
  #writing = false;

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
    const at = this.#shared.now();
    if (at - seenAt < noteEveryMs || this.#noted.has(sessionId)) return;
    this.#noted.set(sessionId, { userId, at });
    if (!this.#writing) void this.#write();
  }

  async #write(): Promise<void> {
    const { store, committer } = this.#shared;
    this.#writing = true;
    while (this.#noted.size > 0) {
      const notes = [...this.#noted].slice(0, notesAtOnce);
      const unit = new Unit();
      for (const [sessionId, { userId, at }] of notes) {
        unit.run(seenSessionQuery(store.read, { sessionId, at, expiresAt: at + sessionMs })).run(seenUserQuery(store.read, { userId, at }));
      }
      // Nothing is lost but times; the next use notes them again.
      await committer.commit(unit).catch(() => undefined);
      for (const [sessionId] of notes) this.#noted.delete(sessionId);
      if (this.#noted.size > 0) await setTimeout(pauseMs, undefined, { ref: false });
    }
    this.#writing = false;
  }
}
