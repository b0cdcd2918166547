import { AppError } from '@aerie/contract';
import { newId } from '../new-id.ts';
import type { Committer } from '../store/commit.ts';
import { Unit } from '../store/unit.ts';
import { addChange, type ChangeParts } from './changes.ts';
import { incidentKey, observed } from './machine.ts';
import type { Observation } from './observation.ts';
import type { OpenIncidents } from './open-incidents.ts';

/**
 * Turns observations into changes of incidents, inside the units of those who observe.
 *
 * Between `observe` and the end of its commit an incident is under way: what is seen of it meanwhile waits, the last word
 * only, and is judged when it is known how the commit ended. So nothing opens twice, and no unit of an observer fails for it.
 */
export class Watch {
  readonly #open: OpenIncidents;
  readonly #parts: ChangeParts;
  readonly #committer: Committer;
  readonly #underWay = new Map<string, { siteId: string; isOpening: boolean }>();
  readonly #waiting = new Map<string, Observation>();

  constructor(open: OpenIncidents, parts: ChangeParts & { committer: Committer }) {
    this.#open = open;
    this.#parts = parts;
    this.#committer = parts.committer;
  }

  /** Adds what follows from an observation to `unit`. The caller hands the unit to the commit in the same turn. */
  observe(unit: Unit, seen: Observation): void {
    const key = incidentKey(seen);
    if (this.#underWay.has(key)) {
      this.#waiting.set(key, seen);
      return;
    }
    const step = { at: this.#parts.now(), newId };
    const after = observed(this.#open.get(key), seen, step);
    if (!after) return;
    this.#underWay.set(key, { siteId: seen.siteId, isOpening: after.state === 'open' });
    unit.onSettled(() => {
      this.#underWay.delete(key);
      this.#judgeWaiting(key);
    });
    // Somebody may acknowledge it before this is durable: told is what it is then.
    addChange(unit, this.#parts, after, () => observed(this.#open.get(key), seen, { ...step, newId: () => after.incidentId }) ?? after);
  }

  /** Open incidents of a site; those count already that are about to be durable, so that the site's own event in their unit is right. */
  openCount(siteId: string): number {
    let count = this.#open.count(siteId);
    for (const [key, change] of this.#underWay) {
      if (change.siteId !== siteId) continue;
      const isCounted = this.#open.get(key) !== undefined;
      if (change.isOpening && !isCounted) count += 1;
      if (!change.isOpening && isCounted) count -= 1;
    }
    return count;
  }

  #judgeWaiting(key: string): void {
    const seen = this.#waiting.get(key);
    if (!seen) return;
    this.#waiting.delete(key);
    const unit = new Unit();
    this.observe(unit, seen);
    if (unit.events.length === 0) return;
    this.#committer.commit(unit).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'stopping') return;
      this.#parts.log.error('INCIDENT', 'An observation could not be stored', { key, reason: (error as Error).message });
    });
  }
}
