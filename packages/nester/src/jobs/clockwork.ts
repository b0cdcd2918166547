import type { Log } from '../log.ts';

/** Something to be done again and again. */
export interface Job {
  name: string;
  everyMs: number;
  run(): Promise<void> | void;
}

/** Runs jobs at intervals: each at the start and then every `everyMs`, never two of the same at once. One that fails is logged and tried again. */
export class Clockwork {
  readonly #jobs: readonly Job[];
  readonly #log: Log;
  readonly #timers = new Map<Job, NodeJS.Timeout>();
  readonly #running = new Map<Job, Promise<void>>();
  #isStarted = false;

  constructor(jobs: readonly Job[], log: Log) {
    this.#jobs = jobs;
    this.#log = log;
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (const job of this.#jobs) this.#wind(job, 0);
  }

  /** Begins no job any more, and resolves when those that run have ended. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#running.values());
  }

  #wind(job: Job, inMs: number): void {
    const timer = setTimeout(() => {
      const startedAt = performance.now();
      const done = this.#run(job).then(() => {
        this.#running.delete(job);
        if (this.#isStarted) this.#wind(job, Math.max(0, job.everyMs - (performance.now() - startedAt)));
      });
      this.#running.set(job, done);
    }, inMs);
    this.#timers.set(job, timer);
  }

  async #run(job: Job): Promise<void> {
    try {
      await job.run();
    } catch (error) {
      if (this.#isStarted)
        this.#log.error('SYSTEM', 'A job failed; it will be tried again', { job: job.name, reason: (error as Error).message });
    }
  }
}
