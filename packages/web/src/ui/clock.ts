const tickMs = 20_000;

/** A clock that many components share: it ticks every 20 s while anything listens. */
export class Clock {
  readonly #listeners = new Set<() => void>();
  #now = Date.now();
  #timer: ReturnType<typeof setInterval> | undefined;
  #isDue = false;

  /** The moment of the last tick, in milliseconds since 1970. */
  readonly read = (): number => this.#now;

  /**
   * Calls `listener` at each tick, until the function that it returns is called. Whatever appears on the page may be
   * younger than the last tick, and would then seem to lie ahead: so those who come together bring a tick for all.
   */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#timer ??= setInterval(this.#tick, tickMs);
    this.#listeners.add(listener);
    if (!this.#isDue) {
      this.#isDue = true;
      queueMicrotask(this.#tick);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  };

  readonly #tick = (): void => {
    this.#isDue = false;
    this.#now = Date.now();
    for (const each of this.#listeners) each();
  };
}
