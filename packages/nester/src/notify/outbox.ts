import type { Incident } from '@aerie/contract';
import type { Log } from '../log.ts';
import type { Committer } from '../store/commit.ts';
import type { OutboxTable } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { Unit } from '../store/unit.ts';
import { doneQuery, failedQuery, forgetQuery, waitingRows } from './outbox.store.ts';

const pageRows = 500;
const firstWaitMs = 1_000;
const longestWaitMs = 5 * 60_000;
const reasonChars = 300;
/** How long one can still look up what was told when, and what went wrong before. */
const keptMs = 7 * 24 * 60 * 60_000;

export interface OutboxParts {
  store: Store;
  committer: Committer;
  log: Log;
  now: () => number;
  /** An incident as it is now. */
  incident(incidentId: string): Promise<Incident | undefined>;
  /** Tells it. Telling the same again must change nothing. */
  tell(incident: Incident): Promise<void>;
  random?: () => number;
}

/**
 * Tells what the outbox holds. A row is done only after it was told; whoever dies in between tells it again, which changes
 * nothing. Of one incident only the latest state is told, and one thing at a time, so nothing older comes after something newer.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #random: () => number;
  /** Incidents that could not be told, and when they are tried again. */
  readonly #notBefore = new Map<string, number>();
  #drain: Promise<void> | undefined;
  #again = false;
  #stopping = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#random = parts.random ?? Math.random;
  }

  /** Something new is waiting. */
  wake(): void {
    void this.drain();
  }

  /** Tells what waits and is due; resolves when that is done. Never rejects: what failed waits for another time. */
  drain(): Promise<void> {
    this.#again = true;
    this.#drain ??= this.#run().finally(() => {
      this.#drain = undefined;
    });
    return this.#drain;
  }

  /** Forgets what was told more than a week ago. */
  async forget(): Promise<void> {
    const { store, committer, now } = this.#parts;
    await committer.commit(new Unit().run(forgetQuery(store.read, now() - keptMs)));
  }

  /** Takes up nothing new, and resolves when what is being told is told. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#drain;
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopping) {
      this.#again = false;
      try {
        for (const [incidentId, rows] of await this.#waiting()) {
          if (this.#stopping) return;
          await this.#tell(incidentId, rows);
        }
      } catch (error) {
        // The database cannot be read or written: the next wake, or the clockwork, comes back.
        if (!this.#stopping) this.#parts.log.error('INCIDENT', 'The outbox could not be worked off', { reason: (error as Error).message });
        return;
      }
    }
  }

  /** What is due, by incident, in the order in which it first had to be told. */
  async #waiting(): Promise<Map<string, OutboxTable[]>> {
    const rows = await waitingRows(this.#parts.store.read, pageRows);
    const now = this.#parts.now();
    const due = rows.filter(row => (this.#notBefore.get(row.incident_id) ?? 0) <= now);
    // A full page may hide more, unless all of it is put off.
    if (rows.length === pageRows && due.length > 0) this.#again = true;
    return Map.groupBy(due, row => row.incident_id);
  }

  async #tell(incidentId: string, rows: readonly OutboxTable[]): Promise<void> {
    const { store, committer, now } = this.#parts;
    const ids = rows.map(row => row.outbox_id);
    try {
      const incident = await this.#parts.incident(incidentId);
      if (incident) await this.#parts.tell(incident);
    } catch (error) {
      await this.#putOff(incidentId, rows, error as Error);
      return;
    }
    this.#notBefore.delete(incidentId);
    await committer.commit(new Unit().run(doneQuery(store.read, ids, now())));
  }

  async #putOff(incidentId: string, rows: readonly OutboxTable[], error: Error): Promise<void> {
    const { store, committer, log, now } = this.#parts;
    const attempts = Math.max(...rows.map(row => row.attempts)) + 1;
    const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempts - 1, 20)) * (0.5 + this.#random() / 2);
    this.#notBefore.set(incidentId, now() + waitMs);
    const reason = error.message.slice(0, reasonChars);
    // The first failure and each doubling, so that a long trouble does not fill the log.
    if (Number.isInteger(Math.log2(attempts))) log.warning('INCIDENT', 'An incident could not be told', { incidentId, attempts, reason });
    const ids = rows.map(row => row.outbox_id);
    await committer.commit(new Unit().run(failedQuery(store.read, ids, reason)));
  }
}
