import { networkOf } from './lockout.ts';

interface Settings {
  registrationsPerAddress: number;
  failureSeconds: number;
}

/** Counts the accounts that strangers make from one network within a window. The caller says what time it is. */
export class Registrations {
  readonly #settings: Settings;
  readonly #capacity: number;
  /** Times of the last ones within the window, oldest first, by network; the networks in the order of their last ones. */
  readonly #times = new Map<string, number[]>();

  /** @param capacity most networks kept; those that were heard of longest ago are forgotten first. */
  constructor(settings: Settings, capacity = 50_000) {
    this.#settings = settings;
    this.#capacity = capacity;
  }

  /** Counts one, and answers 0; or, when there were too many, the seconds until the next may be made. */
  take(address: string, now: number): number {
    const windowMs = this.#settings.failureSeconds * 1_000;
    // A time to come is one from before the clock was set back.
    const network = networkOf(address);
    const times = (this.#times.get(network) ?? []).map(time => Math.min(time, now)).filter(time => time > now - windowMs);
    const oldest = times.at(-this.#settings.registrationsPerAddress);
    if (oldest !== undefined) return Math.ceil((oldest + windowMs - now) / 1_000);
    this.#times.delete(network);
    this.#times.set(network, [...times, now]);
    for (const key of this.#times.keys()) {
      if (this.#times.size <= this.#capacity) break;
      this.#times.delete(key);
    }
    return 0;
  }

  /** Uncounts one: no account was made. */
  giveBack(address: string): void {
    const network = networkOf(address);
    const times = this.#times.get(network);
    times?.pop();
    if (times?.length === 0) this.#times.delete(network);
  }

  /** How many networks are kept. */
  get size(): number {
    return this.#times.size;
  }
}
