/** Lets each key through at most once in a while. It remembers only the keys of that while. */
export class Sparingly {
  readonly #everyMs: number;
  /** In the order of their times. */
  readonly #last = new Map<string, number>();

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  isDue(key: string, now: number): boolean {
    for (const [old, at] of this.#last) {
      // A clock that was set back must not silence anybody.
      if (at > now - this.#everyMs && at <= now) break;
      this.#last.delete(old);
    }
    if (this.#last.has(key)) return false;
    this.#last.set(key, now);
    return true;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#last.size;
  }
}
