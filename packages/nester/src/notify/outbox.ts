import type { Incident, RouteTarget } from '@aerie/contract';
import type { Log } from '../log.ts';
import type { Committer } from '../store/commit.ts';
import type { Store } from '../store/store.ts';
import { Unit } from '../store/unit.ts';
import { forgetQuery, routesDue } from './deliveries.store.ts';
import type { Courier } from './deliveries.ts';
import { Lane } from './lane.ts';
import type { RouteRecord } from './routes.ts';

/** How long one can look up what was told when, and what went wrong. */
const keptMs = 30 * 86_400_000;
/** What is being told when Nester stops may end; then it is cut, and told again at the next start. */
const graceMs = 2_000;

export interface OutboxParts {
  store: Store;
  committer: Committer;
  log: Log;
  now: () => number;
  /** A route that was not removed. */
  route(routeId: string): RouteRecord | undefined;
  /** An incident as it is now. */
  incident(incidentId: string): Promise<Incident | undefined>;
  couriers: Record<RouteTarget['kind'], Courier>;
  /** A delivery changed its state. */
  changed(): void;
  random?: () => number;
}

/**
 * Tells what waits, route by route: each has a lane of its own, so that a mail server that is down holds up nobody else.
 * A delivery is done only after it was told; whoever dies in between tells it again under the same id.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #lanes = new Map<string, Lane>();
  readonly #cut = new AbortController();
  #look: Promise<void> | undefined;
  #again = false;
  #stopping = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Something new is waiting. */
  wake(): void {
    void this.drain();
  }

  /** Tells what waits and is due; resolves when that is done. Never rejects: what failed waits for another time. */
  async drain(): Promise<void> {
    this.#again = true;
    this.#look ??= this.#begin().finally(() => {
      this.#look = undefined;
    });
    await this.#look;
    await Promise.all([...this.#lanes.values()].map(lane => lane.idle()));
  }

  /** Makes a lane try again at once, whatever it waits for: somebody asked for it. */
  hurry(routeId: string): void {
    this.#lanes.get(routeId)?.hurry();
    this.wake();
  }

  /** Forgets what ended more than thirty days ago. */
  async forget(): Promise<void> {
    const { store, committer, now } = this.#parts;
    await committer.commit(new Unit().run(forgetQuery(store.read, now() - keptMs)));
  }

  /** Takes up nothing new, and resolves when what is being told is told, or cut. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const grace = setTimeout(() => this.#cut.abort(), graceMs);
    await this.#look;
    await Promise.all([...this.#lanes.values()].map(lane => lane.stop()));
    clearTimeout(grace);
  }

  async #begin(): Promise<void> {
    while (this.#again && !this.#stopping) {
      this.#again = false;
      try {
        for (const routeId of await routesDue(this.#parts.store.read, this.#parts.now())) this.#lane(routeId).wake();
      } catch (error) {
        // The database cannot be read: the next wake, or the clockwork, comes back.
        if (!this.#stopping) this.#parts.log.error('INCIDENT', 'The outbox could not be read', { reason: (error as Error).message });
      }
    }
  }

  #lane(routeId: string): Lane {
    const lane = this.#lanes.get(routeId) ?? new Lane(routeId, this.#parts, this.#cut.signal);
    this.#lanes.set(routeId, lane);
    return lane;
  }
}
