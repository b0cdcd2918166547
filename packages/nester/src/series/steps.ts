import type { WanRollupTable } from '../store/schema.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** How finely the WAN is kept, and for how long: samples as they were measured, then each step made from the one before it. */
export const steps = [
  { stepMs: 5 * minute, keptMs: 92 * day },
  // What the small curves of all sites are drawn from.
  { stepMs: 30 * minute, keptMs: 3 * day },
  { stepMs: 60 * minute, keptMs: 2 * 366 * day },
  { stepMs: day, keptMs: 10 * 366 * day },
] as const;
/** A day more than a probe keeps what it could not send: late samples find the others of their bucket. */
export const rawKeptMs = 15 * day;

export type StepMs = (typeof steps)[number]['stepMs'];
/** Half an hour. */
export const curveStepMs = steps[1].stepMs;

/** The step that a coarser one is made from. */
export function finerOf(stepMs: StepMs): StepMs | 0 {
  // Hours are made from five minutes: half hours are not kept for long.
  return stepMs === steps[0].stepMs ? 0 : stepMs === day ? steps[2].stepMs : steps[0].stepMs;
}

/** Steps that the client draws one after the other; half hours are for small curves only. */
const drawn: readonly StepMs[] = [steps[0].stepMs, steps[2].stepMs, steps[3].stepMs];
/** A probe measures its WAN once a minute, more or less. */
const rawEveryMs = minute;

/**
 * The finest step that shows a span in about as many points as are asked for, and that is still kept for its beginning.
 * @returns 0: as measured
 */
export function stepFor(span: { from: number; to: number; points: number; now: number }): StepMs | 0 {
  const ms = Math.max(1, span.to - span.from);
  const most = span.points * 1.5;
  const age = span.now - span.from;
  if (ms / rawEveryMs <= most && age <= rawKeptMs) return 0;
  const kept = (stepMs: StepMs) => steps.find(step => step.stepMs === stepMs)!.keptMs;
  return drawn.find(stepMs => ms / stepMs <= most && age <= kept(stepMs)) ?? drawn.at(-1)!;
}

export function bucketOf(at: number, stepMs: number): number {
  return Math.floor(at / stepMs) * stepMs;
}

/** One measurement, or several put together. */
export interface Measured {
  target: string;
  role: string;
  samples: number;
  median_ms: number | null;
  min_ms: number | null;
  max_ms: number | null;
  loss: number;
}

type Bucket = Pick<WanRollupTable, 'site_id' | 'step_ms' | 'at'>;

/**
 * Puts the measurements of a bucket together, target by target: the median of medians, each as heavy as the samples in it;
 * the least and the largest; the mean loss.
 */
export function rolledUp(bucket: Bucket, measured: readonly Measured[]): WanRollupTable[] {
  const rows: WanRollupTable[] = [];
  for (const [target, own] of Map.groupBy(measured, one => one.target)) {
    const samples = own.reduce((sum, one) => sum + one.samples, 0);
    rows.push({
      ...bucket,
      target,
      role: own.at(-1)!.role,
      samples,
      median_ms: weightedMedian(own),
      min_ms: extreme(own, 'min_ms', Math.min),
      max_ms: extreme(own, 'max_ms', Math.max),
      loss: own.reduce((sum, one) => sum + one.loss * one.samples, 0) / samples,
    });
  }
  return rows;
}

function weightedMedian(measured: readonly Measured[]): number | null {
  const answered = measured.filter(one => one.median_ms !== null).sort((a, b) => a.median_ms! - b.median_ms!);
  const half = answered.reduce((sum, one) => sum + one.samples, 0) / 2;
  let before = 0;
  for (const [i, one] of answered.entries()) {
    before += one.samples;
    if (before > half) return one.median_ms;
    // The middle lies between two.
    if (before === half) return (one.median_ms! + answered[i + 1]!.median_ms!) / 2;
  }
  return null;
}

function extreme(measured: readonly Measured[], field: 'min_ms' | 'max_ms', of: (...values: number[]) => number): number | null {
  const values = measured.map(one => one[field]).filter(value => value !== null);
  return values.length === 0 ? null : of(...values);
}
