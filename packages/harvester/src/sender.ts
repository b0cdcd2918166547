import { backoffMs } from '@aerie/client/backoff';
import type { Log } from './log.ts';
import type { Spool, Waiting } from './spool.ts';
import { type Outcome, upload } from './upload.ts';

/** How long a probe that is refused, or a disk that cannot be read, waits for the next attempt. */
const againMs = 60_000;

interface SenderParts {
  readonly spool: Spool;
  readonly log: Log;
  readonly upload: Omit<Parameters<typeof upload>[1], 'signal'>;
  /** Nothing waits any more. */
  done(): void;
}

/** Sends what waits in the spool, one report after the other: the freshest first, then the backlog from its oldest. */
export class Sender {
  readonly #parts: SenderParts;
  readonly #stopped = new AbortController();
  #sending: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** When the newest report that was dealt with was written: what is older is backlog. */
  #freshUntil = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** There is something to send, or reason to hope that it may go now. */
  wake(): void {
    if (this.#stopped.signal.aborted) return;
    if (this.#sending) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#again = false;
    this.#sending = this.#sendAll()
      .catch(error => {
        this.#parts.log.error('REPORT', 'The reports that wait cannot be read', { reason: (error as Error).message });
        return againMs;
      })
      .then(waitMs => {
        this.#sending = undefined;
        if (this.#stopped.signal.aborted) return;
        if (this.#again) this.wake();
        else if (waitMs !== undefined) this.#timer = setTimeout(() => this.wake(), waitMs);
      });
  }

  /** Ends what is under way; what was not confirmed waits for the next start. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#sending;
  }

  /** @returns after how long to try again, when not all could go */
  async #sendAll(): Promise<number | undefined> {
    const { spool, done } = this.#parts;
    for (let next = this.#next(); next; next = this.#next()) {
      const report = spool.read(next.name);
      if (!report) continue;
      const outcome = await upload(report, { ...this.#parts.upload, signal: this.#stopped.signal });
      if (this.#stopped.signal.aborted && outcome.kind === 'later') return undefined;
      const waitMs = this.#settle(next, outcome);
      if (waitMs !== undefined) return waitMs;
    }
    spool.tidy();
    done();
    return undefined;
  }

  #next(): Waiting | undefined {
    if (this.#stopped.signal.aborted) return undefined;
    const waiting = this.#parts.spool.pending();
    const freshest = waiting.at(-1);
    return freshest && freshest.writtenAt > this.#freshUntil ? freshest : waiting[0];
  }

  /** @returns how long to wait, when it is no use to go on at once */
  #settle({ name, writtenAt }: Waiting, outcome: Outcome): number | undefined {
    const { spool, log } = this.#parts;
    switch (outcome.kind) {
      case 'taken':
        spool.sent(name);
        log.info('REPORT', outcome.anew ? 'Nester has taken a report' : 'Nester had a report already', { file: name });
        break;
      case 'rejected':
        spool.reject(name, outcome.reason);
        break;
      case 'refused':
        log.warning('REPORT', 'Nester refuses the reports of this probe: they wait', { retryMs: againMs, waiting: spool.depth });
        return againMs;
      case 'later': {
        const retryMs = backoffMs(this.#failures);
        this.#failures += 1;
        log.warning('REPORT', 'A report waits', { reason: outcome.reason, retryMs, waiting: spool.depth });
        return retryMs;
      }
    }
    this.#failures = 0;
    this.#freshUntil = Math.max(this.#freshUntil, writtenAt);
    return undefined;
  }
}
