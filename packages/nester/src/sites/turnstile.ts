/**
 * Lets callers through at a pace, in the order in which they came: some at once, then one after the other. Nobody is refused.
 */
export class Turnstile {
  readonly #everyMs: number;
  readonly #atOnceMs: number;
  readonly #now: () => number;
  #next = Number.NEGATIVE_INFINITY;

  /**
   * @param atOnce how many need not wait after a pause
   * @param now of a steady clock, milliseconds
   */
  constructor({ perSecond, atOnce, now = () => performance.now() }: { perSecond: number; atOnce: number; now?: () => number }) {
    this.#everyMs = 1_000 / perSecond;
    this.#atOnceMs = (atOnce - 1) * this.#everyMs;
    this.#now = now;
  }

  /** @returns how long the caller has to wait; 0: not at all */
  pass(): number {
    const now = this.#now();
    this.#next = Math.max(this.#next, now - this.#atOnceMs - this.#everyMs) + this.#everyMs;
    return Math.max(0, Math.ceil(this.#next - now));
  }
}
