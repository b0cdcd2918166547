import type { CommandOutput, SeriesPoint } from '@aerie/contract';
import type { WanRange } from './addresses.ts';

export type WanSeries = CommandOutput<'series.wan'>;
type Target = WanSeries['targets'][number];

const minute = 60_000;
const day = 24 * 60 * minute;

/** How long the named ranges are. */
const rangeMs: Record<WanRange, number> = { '24h': day, '7d': 7 * day, '30d': 30 * day, '1y': 365 * day };

/** Closer than this nothing is measured; further back nothing is kept. */
const least = 10 * minute;
const most = 2 * 366 * day;

export interface Span {
  from: number;
  to: number;
}

/** What the address asks for, as two moments. One that ends now goes on with the clock. */
export function spanOf({ range = '24h', since, until }: { range?: WanRange; since?: number; until?: number }, now: number): Span {
  return since !== undefined && until !== undefined ? { from: since, to: until } : { from: now - rangeMs[range], to: now };
}

/** A part of the past, moved and stretched as little as makes it sensible: not in the future, not shorter than what is measured. */
export function sensible({ from, to }: Span, now: number): Span {
  const length = Math.min(Math.max(to - from, least), most);
  const end = Math.min((from + to) / 2 + length / 2, now);
  return { from: Math.round(end - length), to: Math.round(end) };
}

/** Nearer by a factor (further away when it is under 1), around a moment. */
export function zoomed({ from, to }: Span, factor: number, now: number, around = (from + to) / 2): Span {
  return sensible({ from: around - (around - from) / factor, to: around + (to - around) / factor }, now);
}

/** Moved by a part of its length; later when positive. */
export function moved({ from, to }: Span, part: number, now: number): Span {
  const by = (to - from) * part;
  return sensible({ from: from + by, to: to + by }, now);
}

/** How the targets' lines are told apart: by their part, and within it the first from the others. */
export function looksOf(targets: readonly Pick<Target, 'role'>[]): { role: Target['role']; second: boolean }[] {
  return targets.map(({ role }, at) => ({ role, second: targets.slice(0, at).some(before => before.role === role) }));
}

/** What the chart draws: one row of moments, and for each a value a target; undefined where that target says nothing, null where its line breaks. */
export interface Aligned {
  at: number[];
  lines: (number | null | undefined)[][];
  /** Of what is beyond the provider, or of the furthest part that is measured. */
  loss: (number | null)[];
}

/** Brings the targets to one row of moments. */
export function aligned({ targets, stepMs }: Pick<WanSeries, 'targets' | 'stepMs'>): Aligned {
  const at = [...new Set(targets.flatMap(({ points }) => points.map(point => point.at)))].sort((a, b) => a - b);
  const places = new Map(at.map((moment, place) => [moment, place]));
  const lines = targets.map(({ points }) => {
    const line = new Array<number | null | undefined>(at.length).fill(undefined);
    const gap = gapOf(points, stepMs);
    points.forEach((point, n) => {
      const place = places.get(point.at)!;
      line[place] = point.medianMs;
      const before = points[n - 1];
      // What lies far apart does not belong to one line: some moment between them says so.
      if (before && point.at - before.at > gap) line[Math.max(places.get(before.at)! + 1, place - 1)] ??= null;
    });
    return line;
  });
  const furthest = (['internet', 'provider', 'gateway'] as const).find(role => targets.some(target => target.role === role));
  const loss = new Array<number | null>(at.length).fill(null);
  for (const { role, points } of targets) {
    if (role !== furthest) continue;
    for (const point of points) {
      const place = places.get(point.at)!;
      // One target that is down is not the part that it stands for.
      loss[place] = Math.min(loss[place] ?? 1, point.loss);
    }
  }
  return { at, lines, loss };
}

/** From which distance on two points are not one line: a few steps. */
function gapOf(points: readonly SeriesPoint[], stepMs: number): number {
  if (stepMs > 0) return 2.5 * stepMs;
  const distances = points.slice(1).map((point, n) => point.at - points[n]!.at);
  const usual = distances.sort((a, b) => a - b)[distances.length >> 1] ?? 0;
  return Math.max(4 * usual, minute);
}

export interface TargetSummary {
  median: number | null;
  low: number | null;
  high: number | null;
  loss: number | null;
}

/** What the points of a target between two moments come to. */
export function summaryOf({ points }: Pick<Target, 'points'>, { from, to }: Span): TargetSummary {
  const inside = points.filter(point => point.at >= from && point.at <= to);
  const medians = inside.flatMap(({ medianMs }) => (medianMs === null ? [] : [medianMs])).sort((a, b) => a - b);
  const lows = inside.flatMap(({ minMs, medianMs }) => minMs ?? medianMs ?? []);
  const highs = inside.flatMap(({ maxMs, medianMs }) => maxMs ?? medianMs ?? []);
  return {
    median: medians[medians.length >> 1] ?? null,
    low: lows.length > 0 ? lows.reduce((a, b) => Math.min(a, b)) : null,
    high: highs.length > 0 ? highs.reduce((a, b) => Math.max(a, b)) : null,
    loss: inside.length > 0 ? inside.reduce((sum, { loss }) => sum + loss, 0) / inside.length : null,
  };
}
