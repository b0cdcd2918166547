import { createHash, randomBytes } from 'node:crypto';
import { AppError } from '@aerie/contract/errors';
import type { Log } from '../log.ts';
import { isPassword, type KeptPassword } from './password.ts';

const sessionMs = 12 * 3_600_000;
const mostSessions = 100;
const mostAddresses = 10_000;
/** So many failures within so long, then each one waits twice as long as the one before. */
const failuresAllowed = 5;
const windowMs = 300_000;
const firstWaitMs = 5_000;
const longestWaitMs = 900_000;

interface Failures {
  times: number[];
  waits: number;
  until: number;
}

interface EntranceParts {
  /** Without one, everybody who reaches the dashboard is inside. */
  readonly password: KeptPassword | undefined;
  readonly log: Log;
  now(): number;
}

/** Who may look at the dashboard: sessions in memory, and slower answers for those who guess. */
export class Entrance {
  readonly #parts: EntranceParts;
  /** What acts must bring with them; a page of another site cannot read it. */
  readonly token = randomBytes(24).toString('base64url');
  /** Digests of the sessions' keys, with when they end. */
  readonly #sessions = new Map<string, number>();
  readonly #failures = new Map<string, Failures>();
  #checking: Promise<unknown> = Promise.resolve();

  constructor(parts: EntranceParts) {
    this.#parts = parts;
  }

  get asksPassword(): boolean {
    return this.#parts.password !== undefined;
  }

  /** Whether whoever brings this key is inside. */
  isInside(key: string | undefined): boolean {
    if (!this.asksPassword) return true;
    const until = key === undefined ? undefined : this.#sessions.get(digest(key));
    return until !== undefined && until > this.#parts.now();
  }

  /** @returns the key of a new session. @throws AppError login_failed, too_many_attempts */
  async logIn(typed: string, address: string): Promise<string> {
    // One after the other: a hash costs memory, and guesses that come at once must not overtake their count.
    const turn = this.#checking.then(() => this.#check(typed, address));
    this.#checking = turn.catch(() => {});
    return await turn;
  }

  logOut(key: string | undefined): void {
    if (key !== undefined) this.#sessions.delete(digest(key));
  }

  async #check(typed: string, address: string): Promise<string> {
    const { password, log, now } = this.#parts;
    const waitMs = (this.#failures.get(address)?.until ?? 0) - now();
    if (waitMs > 0) throw new AppError('too_many_attempts', { seconds: Math.ceil(Math.min(waitMs, longestWaitMs) / 1_000) });
    if (!password || !(await isPassword(typed, password))) {
      this.#failed(address);
      log.warning('LOGIN', `Failed login attempt from ${address}`, { door: 'dashboard' });
      throw new AppError('login_failed');
    }
    this.#failures.delete(address);
    const key = randomBytes(32).toString('base64url');
    this.#sessions.set(digest(key), now() + sessionMs);
    for (const [oldest] of this.#sessions) {
      if (this.#sessions.size <= mostSessions) break;
      this.#sessions.delete(oldest);
    }
    log.info('LOGIN', `Logged in from ${address}`, { door: 'dashboard' });
    return key;
  }

  #failed(address: string): void {
    const now = this.#parts.now();
    const entry = this.#failures.get(address) ?? { times: [], waits: 0, until: 0 };
    entry.times = [...entry.times.filter(time => time > now - windowMs && time <= now), now].slice(-failuresAllowed);
    if (now - entry.until > windowMs) entry.waits = 0;
    if (entry.waits > 0 || entry.times.length >= failuresAllowed) {
      entry.until = now + Math.min(firstWaitMs * 2 ** entry.waits, longestWaitMs);
      entry.waits += 1;
    }
    this.#failures.delete(address);
    this.#failures.set(address, entry);
    for (const [oldest] of this.#failures) {
      if (this.#failures.size <= mostAddresses) break;
      this.#failures.delete(oldest);
    }
  }
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('base64');
}
