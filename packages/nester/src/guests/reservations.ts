import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '@aerie/contract';
import { networkOf } from '../accounts/lockout.ts';
import { guestKey } from './names.ts';

interface Settings {
  guests: number;
  guestsPerAddress: number;
}

interface Reservation {
  readonly name: string;
  readonly proof: Buffer;
  readonly network: string;
  readonly until: number;
}

const keptMs = 10 * 60_000;

/**
 * Names that old clients register for their guests, with a password that all of them share, before they log in with it.
 * In memory, for ten minutes, as many as there may be guests. The caller says what time it is.
 */
export class Reservations {
  readonly #settings: Settings;
  readonly #secret = randomBytes(32);
  /** In the order of their ends. */
  readonly #byKey = new Map<string, Reservation>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @throws name_taken, guests_full */
  reserve(name: string, password: string, address: string, now: number): void {
    this.#forget(now);
    if (this.holds(name, now)) throw new AppError('name_taken', { name });
    const network = networkOf(address);
    const near = [...this.#byKey.values()].filter(one => one.network === network).length;
    if (this.#byKey.size >= this.#settings.guests || near >= this.#settings.guestsPerAddress) throw new AppError('guests_full');
    this.#byKey.set(guestKey(name), { name, proof: this.#proof(password), network, until: now + keptMs });
  }

  /** The reserved name, when the password is the one that it was reserved with. */
  claim(name: string, password: string, now: number): string | undefined {
    this.#forget(now);
    const reservation = this.#byKey.get(guestKey(name));
    return reservation && timingSafeEqual(reservation.proof, this.#proof(password)) ? reservation.name : undefined;
  }

  holds(name: string, now: number): boolean {
    this.#forget(now);
    return this.#byKey.has(guestKey(name));
  }

  /** An account has this name now. */
  drop(name: string): void {
    this.#byKey.delete(guestKey(name));
  }

  #forget(now: number): void {
    for (const [key, { until }] of this.#byKey) {
      // After a clock that was set back, none stays longer than one that is made now.
      if (until > now && until <= now + keptMs) return;
      this.#byKey.delete(key);
    }
  }

  #proof(password: string): Buffer {
    return createHmac('sha256', this.#secret).update(password).digest();
  }
}
