/** What running an item means: pipelined ones have handed their work over when they return; the others are awaited. */
export type Step = { pipelined: true; done: Promise<void> } | { pipelined: false; start(): Promise<void> };

/** Whose items a queue runs. */
export interface Runner<T> {
  /** Begins an item; must not throw, and its promises must not reject. */
  run(item: T): Step;
  /** Milliseconds to wait before the next item may begin, 0 for none. */
  pace(): number;
  /** Told how many wait, so that the source can be paused. */
  onLength(length: number): void;
}

const nothingYet = Promise.resolve();

/**
 * Runs one connection's items in order. A pipelined item lets the next pipelined one begin at once; any other item
 * begins when all before it are done, and the next waits for it.
 */
export class OrderedQueue<T> {
  readonly #runner: Runner<T>;
  #items: T[] = [];
  #underWay: Promise<void>[] = [];
  #working = false;
  #worked: Promise<void> = nothingYet;
  #stopped = false;

  constructor(runner: Runner<T>) {
    this.#runner = runner;
  }

  push(item: T): void {
    if (this.#stopped) return;
    this.#items.push(item);
    this.#runner.onLength(this.#items.length);
    if (!this.#working) this.#worked = this.#work();
  }

  /** Resolves when all that was pushed is done, or forgotten. */
  async settled(): Promise<void> {
    while (this.#working || this.#underWay.length > 0) {
      await this.#worked;
      await this.#settle();
    }
  }

  /** Forgets what has not begun. */
  stop(): void {
    this.#stopped = true;
    this.#items = [];
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#items.length > 0) {
      const wait = this.#runner.pace();
      if (wait > 0) {
        await new Promise(resolve => setTimeout(resolve, wait));
        continue;
      }
      const step = this.#runner.run(this.#items.shift() as T);
      if (step.pipelined) {
        this.#underWay.push(step.done);
        if (this.#underWay.length >= 256) await this.#settle();
      } else {
        await this.#settle();
        // Stopped while it waited for those before it: it has not begun, so it does not.
        if (this.#stopped) break;
        await step.start();
      }
      this.#runner.onLength(this.#items.length);
    }
    this.#working = false;
  }

  async #settle(): Promise<void> {
    const before = this.#underWay;
    this.#underWay = [];
    await Promise.all(before);
  }
}
