import { AppError } from '@aerie/contract';
import { newId } from '../new-id.ts';
import type { Committer } from '../store/commit.ts';
import { Unit } from '../store/unit.ts';
import { type ChangeParts, stageOutcome } from './changes.ts';
import type { Outcome, SiteWatch, Surroundings } from './draft.ts';
import { dueAt, type Input, passed, step } from './machine.ts';
import type { IncidentRecord } from './records.ts';
import { type Storms, worseOf } from './storms.ts';
import type { WatchRules } from './verdicts.ts';

/** What the room asks of the sites. Nester itself stands among them, under the id of `centre`. */
export interface SitesSeen {
  /** How a site is called now. */
  site(siteId: string): { code: string; name: string } | undefined;
  /** What makes an incident there. */
  rules(siteId: string): WatchRules;
  /** The probes that speak for a site. */
  activeProbes(siteId: string): readonly string[];
  /** Does work for a site when all that was begun for it before is done. */
  inTurn<T>(siteId: string, work: () => Promise<T>): Promise<T>;
  /** Adds to a unit what a change of incidents changes in how the site looks. */
  stageSite(unit: Unit, siteId: string): void;
}

export interface WatchParts extends ChangeParts {
  committer: Committer;
  sites: SitesSeen;
  storms: Storms;
  /** The end of the maintenance that is under way at a site. */
  maintenanceUntil(siteId: string, at: number): number | null;
}

/** A unit that was neither stored nor refused for so long was forgotten by whoever made it. */
const lostMs = 5 * 60_000;

interface Desk {
  state: SiteWatch;
  /** What the state becomes when the unit is durable. */
  staged: { unit: Unit; state: SiteWatch; at: number; settled: Promise<void>; end(): void } | undefined;
  /** What came while another unit was under way; in order. */
  waiting: Input[];
  dueAt: number | undefined;
}

/**
 * Turns what is seen, what people do and the passing of time into changes of incidents, inside the units of those who bring it.
 *
 * A site's watch moves with what is durable, and with nothing else. Between a step and the end of its commit what comes in
 * another unit waits, and is judged when it is known how the commit ended: nothing opens twice, and no unit of an observer
 * fails for an incident.
 */
export class Watch {
  readonly #parts: WatchParts;
  readonly #desks = new Map<string, Desk>();
  /** Units that this made itself, for what waited or for time. */
  readonly #own = new WeakSet<Unit>();

  constructor(parts: WatchParts, watches: Iterable<SiteWatch>) {
    this.#parts = parts;
    for (const state of watches) this.#desks.set(state.siteId, deskOf(state));
  }

  /** Adds to `unit` what follows from an input. The caller hands the unit to the commit in the same turn of the event loop. */
  apply(unit: Unit, siteId: string, input: Input): Outcome | undefined {
    const desk = this.#desk(siteId);
    if (desk.staged && desk.staged.unit !== unit) {
      desk.waiting.push(input);
      return undefined;
    }
    const outcome = step(desk.staged?.state ?? desk.state, this.#around(siteId), input);
    if (!outcome) return undefined;
    stageOutcome(unit, this.#parts, outcome);
    if (desk.staged) desk.staged.state = outcome.next;
    else this.#follow(desk, unit, outcome.next);
    return outcome;
  }

  /** Does it in a unit of its own, in the site's turn. Answers what followed, step by step. */
  act(
    siteId: string,
    inputs: readonly Input[],
    commit = (unit: Unit): Promise<unknown> => this.#parts.committer.commit(unit),
  ): Promise<Outcome[]> {
    const { sites } = this.#parts;
    return sites.inTurn(siteId, async () => {
      const desk = this.#desk(siteId);
      while (desk.staged) await desk.staged.settled;
      const unit = new Unit();
      this.#own.add(unit);
      const outcomes = inputs.flatMap(input => this.apply(unit, siteId, input) ?? []);
      if (unit.operations.length === 0) {
        unit.settle(true);
        return outcomes;
      }
      sites.stageSite(unit, siteId);
      await commit(unit);
      return outcomes;
    });
  }

  /** Lets time pass: for every site where it may change something. Rejects when something could not be stored; it is tried again. */
  async pass(): Promise<void> {
    const at = this.#parts.now();
    for (const [siteId, { staged }] of this.#desks)
      if (staged && at - staged.at > lostMs) {
        this.#parts.log.error('INCIDENT', 'What was observed was never stored; the site is watched as it was before', { siteId });
        staged.end();
      }
    const due = [...this.#desks].filter(([siteId, desk]) => desk.waiting.length > 0 || this.#dueAt(siteId, desk) <= at);
    const acts = await Promise.allSettled(
      due.map(([siteId, desk]) => {
        const inputs = [...desk.waiting.splice(0), passed];
        return this.#actAll(siteId, inputs);
      }),
    );
    const failed = acts.find(act => act.status === 'rejected');
    if (failed && !isStopping(failed.reason)) throw failed.reason;
  }

  /** The incidents of a site that are not over, as they will be when what is under way is durable. */
  incidentsOf(siteId: string): ReadonlyMap<string, IncidentRecord> {
    const desk = this.#desks.get(siteId);
    return (desk?.staged?.state ?? desk?.state)?.incidents ?? new Map();
  }

  /** How many incidents of a site are not over; those that are folded count with their cause. */
  openCount(siteId: string): number {
    let count = 0;
    for (const { parentId } of this.incidentsOf(siteId).values()) if (parentId === null) count += 1;
    return count;
  }

  /** The worst of them: the most urgent, then the oldest. */
  worst(siteId: string): IncidentRecord | undefined {
    let worst: IncidentRecord | undefined;
    for (const record of this.incidentsOf(siteId).values()) {
      if (record.parentId !== null) continue;
      if (
        !worst ||
        (worst.severity === record.severity
          ? record.openedAt < worst.openedAt
          : worseOf(worst.severity, record.severity) !== worst.severity)
      )
        worst = record;
    }
    return worst;
  }

  #around(siteId: string): Surroundings {
    const { now, sites, storms, maintenanceUntil } = this.#parts;
    const at = now();
    return {
      at,
      rules: sites.rules(siteId),
      probes: sites.activeProbes(siteId),
      inMaintenance: maintenanceUntil(siteId, at) !== null,
      isStorm: () => storms.isOneTooMany(at),
      newId,
    };
  }

  #follow(desk: Desk, unit: Unit, state: SiteWatch): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => {
      desk.staged = undefined;
      resolve();
    };
    const staged = { unit, state, at: this.#parts.now(), settled: promise, end };
    desk.staged = staged;
    unit.onSettled(written => {
      if (desk.staged !== staged) return;
      if (written) {
        desk.state = staged.state;
        desk.dueAt = undefined;
      }
      end();
      // After one of its own that failed, time comes again: two that wait for each other's turn would try for ever.
      if (desk.waiting.length > 0 && (written || !this.#own.has(unit))) this.#judgeWaiting(desk);
    });
  }

  #judgeWaiting(desk: Desk): void {
    const inputs = desk.waiting.splice(0);
    this.#actAll(desk.state.siteId, inputs).catch((error: unknown) => {
      if (isStopping(error)) return;
      const { siteId } = desk.state;
      this.#parts.log.error('INCIDENT', 'An observation could not be stored; it will be tried again', {
        siteId,
        reason: (error as Error).message,
      });
    });
  }

  async #actAll(siteId: string, inputs: readonly Input[]): Promise<void> {
    try {
      await this.act(siteId, inputs);
    } catch (error) {
      // Time comes again by itself.
      this.#desk(siteId).waiting.unshift(...inputs.filter(input => input !== passed));
      throw error;
    }
  }

  #desk(siteId: string): Desk {
    let desk = this.#desks.get(siteId);
    if (!desk) {
      desk = deskOf(emptyWatch(siteId));
      this.#desks.set(siteId, desk);
    }
    return desk;
  }

  #dueAt(siteId: string, desk: Desk): number {
    desk.dueAt ??= dueAt(desk.state, this.#parts.sites.rules(siteId));
    return desk.dueAt;
  }
}

/** A site of which nothing is known to be wrong; nor, since Nester started, to be right. */
export function emptyWatch(siteId: string): SiteWatch {
  return { siteId, incidents: new Map(), symptoms: new Map(), firings: new Map(), awaits: 'report', wasDark: false };
}

function deskOf(state: SiteWatch): Desk {
  return { state, staged: undefined, waiting: [], dueAt: undefined };
}

function isStopping(error: unknown): boolean {
  return error instanceof AppError && error.code === 'stopping';
}
