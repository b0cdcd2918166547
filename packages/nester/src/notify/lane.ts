import { deliveryTrouble } from '@aerie/contract';
import type { Storm } from '../incidents/telling.ts';
import type { DeliveryTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { failedQuery, nextDueAt, putOffQuery, sentQuery, threadsDue, waitingIn } from './deliveries.store.ts';
import { isGivenUp, longestWaitMs, newsOf, type Tale, Unreachable, waitMs } from './deliveries.ts';
import { oneLine } from './one-line.ts';
import type { OutboxParts } from './outbox.ts';
import type { RouteRecord } from './routes.ts';

const pageThreads = 100;
const reasonChars = 300;

/**
 * What waits for one route, told one thing at a time. Of one thread only the latest state is told, so that nothing older
 * comes after something newer. When the target cannot be reached, everything waits; it is tried with one thing.
 */
export class Lane {
  readonly #routeId: string;
  readonly #parts: OutboxParts;
  readonly #signal: AbortSignal;
  readonly #random: () => number;
  #run: Promise<void> | undefined;
  #again = false;
  #stopping = false;
  #timer: NodeJS.Timeout | undefined;
  /** The target cannot be reached: tried again then. */
  #notBefore = 0;
  #failures = 0;

  constructor(routeId: string, parts: OutboxParts, signal: AbortSignal) {
    this.#routeId = routeId;
    this.#parts = parts;
    this.#signal = signal;
    this.#random = parts.random ?? Math.random;
  }

  /** There is something due. */
  wake(): void {
    if (this.#stopping) return;
    this.#again = true;
    this.#run ??= this.#work().finally(() => {
      this.#run = undefined;
      // Woken while it looked when to come back.
      if (this.#again && this.#isReachable()) this.wake();
    });
  }

  /** Forgets that the target could not be reached. */
  hurry(): void {
    this.#notBefore = 0;
    this.wake();
  }

  /** Resolves when nothing is being told. */
  async idle(): Promise<void> {
    while (this.#run) await this.#run;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#run;
    clearTimeout(this.#timer);
  }

  async #work(): Promise<void> {
    try {
      while (this.#again && !this.#stopping && this.#isReachable()) {
        this.#again = false;
        const threads = await threadsDue(this.#parts.store.read, this.#routeId, this.#parts.now(), pageThreads);
        if (threads.length === pageThreads) this.#again = true;
        for (const thread of threads) {
          if (this.#stopping || !this.#isReachable()) break;
          await this.#tell(await waitingIn(this.#parts.store.read, this.#routeId, thread));
        }
      }
      await this.#wind();
    } catch (error) {
      // The database cannot be read or written: the next wake, or the clockwork, comes back.
      if (!this.#stopping) this.#parts.log.error('INCIDENT', 'The outbox could not be worked off', { reason: (error as Error).message });
    }
  }

  /** A wait longer than the longest was begun before the clock was set back. */
  #isReachable(): boolean {
    const waitMs = this.#notBefore - this.#parts.now();
    return waitMs <= 0 || waitMs > longestWaitMs;
  }

  async #tell(rows: readonly DeliveryTable[]): Promise<void> {
    const { now, couriers } = this.#parts;
    const last = rows.at(-1);
    if (!last) return;
    const route = this.#parts.route(this.#routeId);
    if (!route) return await this.#end(failedQuery(this.#parts.store.read, idsOf(rows), now(), deliveryTrouble('route_removed')));
    let remark: string | undefined;
    try {
      const tale = await this.#taleOf(rows);
      // Of an incident that was forgotten there is nothing to tell.
      if (tale)
        remark = await couriers[route.target.kind].tell({ deliveryId: last.delivery_id, route, tale, at: last.created_at }, this.#signal);
    } catch (error) {
      // Cut in the middle: it counts as never begun.
      if (this.#signal.aborted) return;
      await this.#failed(route, rows, error as Error);
      return;
    }
    this.#failures = 0;
    await this.#end(sentQuery(this.#parts.store.read, idsOf(rows), now(), remark === undefined ? null : short(remark)));
  }

  async #taleOf(rows: readonly DeliveryTable[]): Promise<Tale | undefined> {
    const { incident_id, what, body } = rows.at(-1)!;
    if (what === 'storm') return { kind: 'storm', storm: JSON.parse(body) as Storm };
    if (incident_id === null) return { kind: 'test' };
    const incident = await this.#parts.incident(incident_id);
    return incident && { kind: 'incident', news: newsOf(rows), incident };
  }

  async #failed(route: RouteRecord, rows: readonly DeliveryTable[], error: Error): Promise<void> {
    const { store, now, log } = this.#parts;
    const reason = short(error.message);
    const attempts = Math.max(...rows.map(row => row.attempts)) + 1;
    const wait = waitMs(attempts, this.#random());
    if (error instanceof Unreachable) {
      this.#failures += 1;
      this.#notBefore = now() + waitMs(this.#failures, this.#random());
    }
    const [given, kept] = [rows.filter(row => isGivenUp(route, row, now())), rows.filter(row => !isGivenUp(route, row, now()))];
    const fields = { route: route.row.name, thread: rows[0]!.thread, attempts, reason };
    if (given.length > 0) log.error('INCIDENT', 'Given up: it could not be told', fields);
    // The first failure and each doubling, so that a long trouble does not fill the log.
    else if (Number.isInteger(Math.log2(attempts))) log.warning('INCIDENT', 'It could not be told; it will be tried again', fields);
    const unit = new Unit();
    if (given.length > 0) unit.run(failedQuery(store.read, idsOf(given), now(), reason));
    if (kept.length > 0) unit.run(putOffQuery(store.read, idsOf(kept), now() + wait, reason));
    await this.#parts.committer.commit(unit);
    this.#parts.changed();
  }

  async #end(query: ReturnType<typeof sentQuery>): Promise<void> {
    await this.#parts.committer.commit(new Unit().run(query));
    this.#parts.changed();
  }

  /** Comes back when the next thing is due. */
  async #wind(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#stopping) return;
    const dueAt = await nextDueAt(this.#parts.store.read, this.#routeId);
    if (dueAt === undefined || this.#stopping) return;
    const inMs = Math.max(dueAt, this.#notBefore) - this.#parts.now();
    this.#timer = setTimeout(() => this.wake(), Math.min(Math.max(inMs, 100), longestWaitMs)).unref();
  }
}

function idsOf(rows: readonly DeliveryTable[]): string[] {
  return rows.map(row => row.delivery_id);
}

/** Words of a server that is not ours, for the log and for administration. */
function short(reason: string): string {
  return oneLine(reason).slice(0, reasonChars);
}
