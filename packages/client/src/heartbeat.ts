/** Silence after which one asks whether anybody is there, and how long the answer may take. */
const silenceMs = 25_000;
const answerMs = 10_000;

interface HeartbeatOptions {
  /** Sends something that will be answered. */
  probe(): void;
  /** Nobody answers. */
  lost(): void;
  now(): number;
}

/** Notices a line that died without a word: a cable pulled, a machine asleep, a router that forgot. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.heard();
    this.#listen(silenceMs);
  }

  /** Gives up sooner than usual while a line is being opened. */
  expectOpen(): void {
    this.stop();
    this.#timer = setTimeout(() => this.#options.lost(), answerMs);
  }

  heard(): void {
    this.#heardAt = this.#options.now();
  }

  /** Asks at once: there is reason to doubt. */
  doubt(): void {
    this.stop();
    const askedAt = this.#options.now();
    this.#options.probe();
    this.#timer = setTimeout(() => {
      if (this.#heardAt >= askedAt) this.#listen(this.#heardAt + silenceMs - this.#options.now());
      else this.#options.lost();
    }, answerMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #listen(forMs: number): void {
    this.stop();
    this.#timer = setTimeout(() => {
      const silentMs = this.#options.now() - this.#heardAt;
      if (silentMs < silenceMs) this.#listen(silenceMs - silentMs);
      else this.doubt();
    }, forMs);
  }
}
