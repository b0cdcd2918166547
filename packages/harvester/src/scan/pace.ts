import { setTimeout as sleep } from 'node:timers/promises';

/** What may be sent at once, as a part of a second's worth: timers are no finer. */
const burstMs = 20;

/** Spreads packets over time: at most so many a second. */
export class Pace {
  readonly #gapMs: number;
  readonly #now: () => number;
  #next = 0;

  constructor(packetsPerSecond: number, now: () => number = () => performance.now()) {
    this.#gapMs = 1_000 / packetsPerSecond;
    this.#now = now;
  }

  /** When the next packet may go; a moment that has passed is not made up for. */
  take(): number {
    const now = this.#now();
    this.#next = Math.max(this.#next, now - burstMs) + this.#gapMs;
    return this.#next - now;
  }

  /** Waits for its turn; undefined when it may go at once. */
  turn(signal?: AbortSignal): Promise<void> | undefined {
    const waitMs = this.take();
    // Whoever asks has waited for its turn: an end in the meantime is seen by what it does next.
    return waitMs < 1 ? undefined : sleep(waitMs, undefined, { signal }).catch(() => {});
  }
}
