/** So many in each span of time, for each of whom. What it remembers is forgotten with the span. */
export class Allowance {
  readonly #most: number;
  readonly #spanMs: number;
  #counts = new Map<string, number>();
  #until = 0;

  constructor(most: number, spanMs: number) {
    this.#most = most;
    this.#spanMs = spanMs;
  }

  /** Takes one. @returns 0, or how long to wait where there is none left */
  take(key: string, now: number): number {
    // The clock was set back: a span is never longer than itself.
    if (now >= this.#until || now < this.#until - this.#spanMs) {
      this.#counts = new Map();
      this.#until = now + this.#spanMs;
    }
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count > this.#most ? this.#until - now : 0;
  }
}
