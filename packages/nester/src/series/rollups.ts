import type { Committer } from '../store/commit.ts';
import { readHead } from '../store/log.ts';
import type { WanRollupTable } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { Unit } from '../store/unit.ts';
import {
  forgetRollupsQuery,
  forgetSamplesQuery,
  measuredBetween,
  putRolledSeqQuery,
  putRollupsQueries,
  reportsTaken,
  rolledSeq,
} from './series.store.ts';
import { bucketOf, finerOf, rawKeptMs, rolledUp, type StepMs, steps } from './steps.ts';

/** Reports that are read at once: others have their turn between two. */
const reportsAtOnce = 500;
/** Of one round, or a few more: each is made once in it, however many of its reports tell of it. */
const bucketsPerRound = 2_000;
/** What is read of the database before others have their turn. */
const readPerTurn = 1_000;

const loopTurn = () => new Promise<void>(resolve => setImmediate(resolve));

export interface RollupsParts {
  store: Store;
  committer: Committer;
  now: () => number;
  siteIds(): readonly string[];
  /** Rollups that are durable now. */
  written(rows: readonly WanRollupTable[]): void;
}

/**
 * Puts samples together into five minutes, half hours, hours and days. What is to be done is read from the log: the
 * reports taken in since the last time, whenever they were made, so that a backlog of two weeks is rolled up as well; a
 * round's rollups and how far it came are one unit.
 */
export class Rollups {
  readonly #parts: RollupsParts;

  constructor(parts: RollupsParts) {
    this.#parts = parts;
  }

  /** Rolls up what came in since the last time. */
  async run(): Promise<void> {
    const { store } = this.#parts;
    const { seq: head, floor } = await readHead(store.read);
    let after = await rolledSeq(store.read);
    if (after === undefined || after < floor) {
      await this.#all(head);
      return;
    }
    while (after < head) {
      const { seq, buckets } = await this.#touched(after, head);
      await this.#roll(buckets, seq);
      after = seq;
    }
  }

  /** The buckets that reports tell of which were taken in after `after`, site by site, and how far that is read. */
  async #touched(after: number, head: number): Promise<{ seq: number; buckets: Map<string, Set<number>> }> {
    const buckets = new Map<string, Set<number>>();
    let seq = after;
    for (let count = 0; seq < head && count < bucketsPerRound; ) {
      const taken = await reportsTaken(this.#parts.store.read, seq, head, reportsAtOnce);
      for (const { siteId, at } of taken.measured) {
        const own = buckets.get(siteId) ?? new Set<number>();
        const { size } = own;
        own.add(bucketOf(at, steps[0].stepMs));
        count += own.size - size;
        buckets.set(siteId, own);
      }
      seq = taken.seq;
      await loopTurn();
    }
    return { seq, buckets };
  }

  /** Forgets what is older than it is kept. Only what is rolled up is forgotten. */
  async forget(): Promise<void> {
    const { store, committer, now, siteIds } = this.#parts;
    await this.run();
    for (const siteId of siteIds()) {
      const unit = new Unit().run(forgetSamplesQuery(store.read, siteId, now() - rawKeptMs));
      for (const { stepMs, keptMs } of steps) unit.run(forgetRollupsQuery(store.read, siteId, stepMs, bucketOf(now() - keptMs, stepMs)));
      await committer.commit(unit);
    }
  }

  /** Everything that is still there as it was measured: at the first start with rollups, or when the log forgot too much. */
  async #all(head: number): Promise<void> {
    const { store, committer, now, siteIds } = this.#parts;
    const stepMs = steps[0].stepMs;
    for (const siteId of siteIds()) {
      const samples = await measuredBetween(store.read, { siteId, stepMs: 0, from: 0, to: now() + stepMs });
      await this.#roll(new Map([[siteId, new Set(samples.map(({ at }) => bucketOf(at, stepMs)))]]), undefined);
    }
    await committer.commit(new Unit().run(putRolledSeqQuery(store.read, head)));
  }

  /** Makes these buckets of five minutes anew, and all that they are part of. Each step reads what the one before it wrote. */
  async #roll(buckets: ReadonlyMap<string, ReadonlySet<number>>, seq: number | undefined): Promise<void> {
    const { committer, store, written } = this.#parts;
    for (const { stepMs } of steps) {
      const rows: WanRollupTable[] = [];
      let read = 0;
      for (const [siteId, own] of buckets) {
        const rolled = await this.#rolledOf(siteId, new Set([...own].map(at => bucketOf(at, stepMs))), stepMs);
        rows.push(...rolled.rows);
        read += rolled.read;
        if (read < readPerTurn) continue;
        // SQLite answers at once: others have their turn only when they are given it.
        read = 0;
        await loopTurn();
      }
      const unit = new Unit();
      for (const query of putRollupsQueries(store.read, rows)) unit.run(query);
      // Last, with the coarsest: a round that was cut short is made anew.
      if (seq !== undefined && stepMs === steps.at(-1)!.stepMs) unit.run(putRolledSeqQuery(store.read, seq));
      await committer.commit(unit);
      written(rows);
    }
  }

  async #rolledOf(siteId: string, buckets: ReadonlySet<number>, stepMs: StepMs): Promise<{ rows: WanRollupTable[]; read: number }> {
    const rows: WanRollupTable[] = [];
    let read = 1;
    for (const { from, to } of spansOf(buckets, stepMs)) {
      const measured = await measuredBetween(this.#parts.store.read, { siteId, stepMs: finerOf(stepMs), from, to });
      read += measured.length;
      for (const [at, own] of Map.groupBy(measured, one => bucketOf(one.at, stepMs)))
        if (buckets.has(at)) rows.push(...rolledUp({ site_id: siteId, step_ms: stepMs, at }, own));
    }
    return { rows, read };
  }
}

/** Buckets that follow each other, as one span. */
function spansOf(buckets: ReadonlySet<number>, stepMs: number): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  for (const at of [...buckets].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last?.to === at) last.to += stepMs;
    else spans.push({ from: at, to: at + stepMs });
  }
  return spans;
}
