/** So much may go at once after a pause, in ms of the rate. */
const burstMs = 1_000;

/** Holds back what goes faster than a rate. What is spent may exceed what is there: then the next waits for longer. */
export class TokenBucket {
  readonly #now: () => number;
  #bytes: number | undefined;
  #at = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How long to wait until something may go, at so many kilobits a second. */
  waitMs(kbps: number): number {
    const bytesPerMs = kbps / 8;
    this.#fill(bytesPerMs);
    return this.#bytes! > 0 ? 0 : Math.ceil((1 - this.#bytes!) / bytesPerMs);
  }

  spend(bytes: number, kbps: number): void {
    this.#fill(kbps / 8);
    this.#bytes! -= bytes;
  }

  #fill(bytesPerMs: number): void {
    const now = this.#now();
    const most = bytesPerMs * burstMs;
    this.#bytes = this.#bytes === undefined ? most : Math.min(most, this.#bytes + Math.max(0, now - this.#at) * bytesPerMs);
    this.#at = now;
  }
}
