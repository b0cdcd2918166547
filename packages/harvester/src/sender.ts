import { backoffMs } from '@aerie/client/backoff';
import type { Log } from './log.ts';
import type { Spool, Waiting } from './spool.ts';
import { TokenBucket } from './token-bucket.ts';
import { type Outcome, packed, upload } from './upload.ts';

/** How long a probe that is refused, or a disk that cannot be read, waits for the next attempt. */
const againMs = 60_000;
/** Reports of before that are on their way at once. */
const backlogAtOnce = 12;
/** How often one looks for reports that another program has added, and for what is too old. */
const lookEveryMs = 5_000;
const tidyEveryMs = 600_000;
/** Of a long backlog, one line in the log each so many. */
const tellEvery = 500;

interface SenderParts {
  readonly spool: Spool;
  readonly log: Log;
  readonly upload: Omit<Parameters<typeof upload>[1], 'signal'>;
  /** How fast the backlog may go, as of now. */
  backlogKbps(): number;
  /** Nothing waits any more. */
  done(): void;
}

/**
 * Sends what waits in the spool: the freshest at once, then the backlog from its oldest, several on their way and no faster
 * than the policy allows. A report that comes meanwhile overtakes the backlog.
 */
export class Sender {
  readonly #parts: SenderParts;
  readonly #stopped = new AbortController();
  readonly #bucket = new TokenBucket();
  readonly #underway = new Set<string>();
  #admission: Promise<void> = Promise.resolve();
  #fresh: Promise<void> | undefined;
  #backlog: Promise<void> | undefined;
  #freshAgain = false;
  #retry: NodeJS.Timeout | undefined;
  #isPaused = false;
  #failures = 0;
  /** The order of the newest report that was dealt with: what is older is backlog. */
  #freshUntil = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #tidiedAt = Number.NEGATIVE_INFINITY;
  #sentOfBacklog = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** There is something to send, or reason to hope that it may go now. */
  wake(): void {
    if (this.#stopped.signal.aborted) return;
    clearTimeout(this.#retry);
    this.#isPaused = false;
    if (this.#fresh) {
      this.#freshAgain = true;
      return;
    }
    this.#freshAgain = false;
    this.#fresh = this.#guarded(() => this.#sendFresh()).then(() => {
      this.#fresh = undefined;
      // Whoever woke it meanwhile knew something that this attempt did not.
      if (this.#freshAgain) this.wake();
      else this.#beginBacklog();
    });
  }

  /** Ends what is under way; what was not confirmed waits for the next start. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#retry);
    await Promise.all([this.#fresh, this.#backlog]);
  }

  get #isOver(): boolean {
    return this.#stopped.signal.aborted || this.#isPaused;
  }

  async #sendFresh(): Promise<void> {
    this.#look(true);
    this.#tidy();
    for (let next = this.#freshest(); next; next = this.#freshest()) await this.#send(next, true);
  }

  #freshest(): Waiting | undefined {
    if (this.#isOver) return undefined;
    const newest = this.#parts.spool.newest();
    return newest && newest.order > this.#freshUntil && !this.#underway.has(newest.name) ? newest : undefined;
  }

  #beginBacklog(): void {
    if (this.#backlog || this.#isOver) return;
    this.#backlog = Promise.all(Array.from({ length: backlogAtOnce }, () => this.#guarded(() => this.#sendBacklog()))).then(() => {
      this.#backlog = undefined;
      if (this.#isOver) return;
      if (this.#sentOfBacklog > 0) this.#parts.log.info('REPORT', 'Nester has all reports of before', { sent: this.#sentOfBacklog });
      this.#sentOfBacklog = 0;
      this.#parts.done();
    });
  }

  async #sendBacklog(): Promise<void> {
    while (!this.#isOver) {
      // One after the other up to here: several that look at the bucket at once would all find it full.
      const next = this.#admission.then(() => this.#admit());
      this.#admission = next.then(
        () => undefined,
        () => undefined,
      );
      const report = await next;
      if (!report) return;
      await this.#send(report, false);
    }
  }

  /** The next of the backlog, when the pace allows it; undefined when there is none. */
  async #admit(): Promise<Waiting | undefined> {
    for (;;) {
      if (this.#isOver) return undefined;
      const waitMs = this.#bucket.waitMs(this.#parts.backlogKbps());
      if (waitMs === 0) break;
      await this.#pause(waitMs);
    }
    this.#look(false);
    const next = this.#parts.spool.oldest(this.#underway);
    if (!next) return undefined;
    // What it takes packed is not known yet: as written until it is.
    this.#bucket.spend(next.bytes, this.#parts.backlogKbps());
    this.#underway.add(next.name);
    return next;
  }

  async #send(report: Waiting, isFresh: boolean): Promise<void> {
    const { spool } = this.#parts;
    this.#underway.add(report.name);
    try {
      const text = spool.read(report.name);
      if (!text) return;
      const body = await packed(text);
      if (!isFresh) this.#bucket.spend(body.length - report.bytes, this.#parts.backlogKbps());
      const outcome = await upload(body, { ...this.#parts.upload, signal: this.#stopped.signal });
      if (this.#stopped.signal.aborted && outcome.kind === 'later') return;
      this.#settle(report, outcome, isFresh);
    } finally {
      this.#underway.delete(report.name);
    }
  }

  #settle({ name, order }: Waiting, outcome: Outcome, isFresh: boolean): void {
    const { spool, log } = this.#parts;
    switch (outcome.kind) {
      case 'taken':
        spool.sent(name);
        if (isFresh) log.info('REPORT', outcome.anew ? 'Nester has taken a report' : 'Nester had a report already', { file: name });
        else this.#sentOfBacklog += 1;
        if (!isFresh && this.#sentOfBacklog % tellEvery === 0)
          log.info('REPORT', 'Nester takes reports of before', { sent: this.#sentOfBacklog, waiting: spool.depth });
        break;
      case 'rejected':
        spool.reject(name, outcome.reason);
        break;
      case 'refused':
        this.#pauseAll('Nester refuses the reports of this probe: they wait', againMs);
        return;
      case 'cloned':
        this.#pauseAll('Reports wait: another machine works with the key of this probe', againMs, outcome.reason);
        return;
      case 'later':
        this.#pauseAll('A report waits', undefined, outcome.reason);
        return;
    }
    this.#failures = 0;
    this.#freshUntil = Math.max(this.#freshUntil, order);
  }

  /** Nothing goes for a while. Of several that fail at once the first decides. */
  #pauseAll(sentence: string, ms?: number, reason?: string): void {
    if (this.#isOver) return;
    this.#isPaused = true;
    const retryMs = ms ?? backoffMs(this.#failures);
    this.#failures += 1;
    this.#parts.log.warning('REPORT', sentence, { reason, retryMs, waiting: this.#parts.spool.depth });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.wake(), retryMs);
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#pauseAll('The reports that wait cannot be read', againMs, (error as Error).message);
    }
  }

  #look(now: boolean): void {
    if (!now && performance.now() - this.#lookedAt < lookEveryMs) return;
    this.#lookedAt = performance.now();
    this.#parts.spool.refresh();
  }

  #tidy(): void {
    if (performance.now() - this.#tidiedAt < tidyEveryMs) return;
    this.#tidiedAt = performance.now();
    this.#parts.spool.tidy();
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        clearTimeout(timer);
        this.#stopped.signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#stopped.signal.addEventListener('abort', end);
    });
  }
}
