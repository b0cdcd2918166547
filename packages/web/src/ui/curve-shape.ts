import type { CommandOutput } from '@aerie/contract';

export type Sample = CommandOutput<'site.show'>['series'][number];

export interface CurveShape {
  /** The line, broken where nothing was measured. */
  path: string;
  /** Where packets were lost: x, and how high (0 to 1). */
  losses: { x: number; loss: number }[];
  low: number | undefined;
  high: number | undefined;
  worstLoss: number;
}

const dayMs = 86_400_000;
/** Points further apart than this do not belong to one line, however rarely a probe measures: 1/24 of the day. */
const gapMs = dayMs / 24;

/** The curve of the 24 hours before `now`, in a box of that size; latency grows upwards from 0. */
export function curveShape(series: readonly Sample[], now: number, width: number, height: number): CurveShape {
  const points = series.filter(point => point.at > now - dayMs && point.at <= now);
  const measured = points.flatMap(point => (point.medianMs === null ? [] : [point.medianMs]));
  const low = measured.length > 0 ? Math.min(...measured) : undefined;
  const high = measured.length > 0 ? Math.max(...measured) : undefined;
  // A line that hardly moves must not look wild: the box always begins at 0.
  const top = (high ?? 1) * 1.1 || 1;
  const x = (at: number) => Math.round(((at - (now - dayMs)) / dayMs) * width * 10) / 10;
  const y = (ms: number) => Math.round((height - (ms / top) * height) * 10) / 10;

  let path = '';
  let last: number | undefined;
  for (const { at, medianMs } of points) {
    if (medianMs === null) {
      last = undefined;
      continue;
    }
    const joined = last !== undefined && at - last <= gapMs;
    // A point alone would have no length: a short stroke makes it seen.
    path += joined ? `L${x(at)} ${y(medianMs)}` : `M${x(at)} ${y(medianMs)}h.1`;
    last = at;
  }
  return {
    path,
    losses: points.filter(point => point.loss > 0).map(point => ({ x: x(point.at), loss: point.loss })),
    low,
    high,
    worstLoss: points.reduce((worst, point) => Math.max(worst, point.loss), 0),
  };
}
