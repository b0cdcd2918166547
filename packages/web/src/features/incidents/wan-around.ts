import type { Incident, SeriesPoint } from '@aerie/contract';

const hour = 3_600_000;
/** However long an incident lasted, so much of the time before and after it is shown. */
const margin = 0.25;

/** Whether an incident is about the link, so that a curve says more than words. */
export function isOfLink({ rule }: Pick<Incident, 'rule'>): boolean {
  return rule === 'wan.latency' || rule === 'wan.loss';
}

/** The span that is shown around an incident: how it began, and how it ended or stands now. */
export function spanAround({ openedAt, resolvedAt }: Pick<Incident, 'openedAt' | 'resolvedAt'>, now: number): { from: number; to: number } {
  const end = resolvedAt ?? now;
  const around = Math.max(hour / 2, (end - openedAt) * margin);
  return { from: openedAt - around, to: Math.min(now, end + (resolvedAt === null ? 0 : around)) };
}

export interface AroundShape {
  /** The line, broken where nothing was measured. */
  line: string;
  /** Lost packets, from below. */
  bars: string;
  /** Where the incident was. */
  band: { x: number; width: number };
  /** How high the limit stands; undefined where there is none in sight. */
  limit: number | undefined;
  highMs: number | undefined;
  worstLoss: number;
}

/** The link around an incident as a drawing of that size; latency grows upwards from 0. */
export function aroundShape(
  points: readonly SeriesPoint[],
  span: { from: number; to: number },
  incident: Pick<Incident, 'openedAt' | 'resolvedAt' | 'detail'>,
  { width, height }: { width: number; height: number },
): AroundShape {
  const measured = points.filter(point => point.at >= span.from && point.at <= span.to);
  const times = measured.flatMap(point => (point.medianMs === null ? [] : [point.medianMs]));
  const highMs = times.length > 0 ? Math.max(...times) : undefined;
  const { aboveMs } = incident.detail;
  const limitMs = typeof aboveMs === 'number' ? aboveMs : undefined;
  const top = Math.max(highMs ?? 0, limitMs ?? 0) * 1.1 || 1;
  const round = (value: number) => Math.round(value * 10) / 10;
  const x = (at: number) => round(((Math.min(Math.max(at, span.from), span.to) - span.from) / (span.to - span.from || 1)) * width);
  const y = (ms: number) => round(height - (ms / top) * (height - 2));
  let line = '';
  let joined = false;
  for (const { at, medianMs } of measured) {
    if (medianMs !== null) line += joined ? `L${x(at)} ${y(medianMs)}` : `M${x(at)} ${y(medianMs)}h.1`;
    joined = medianMs !== null;
  }
  const bars = measured
    .filter(point => point.loss > 0)
    .map(point => `M${x(point.at)} ${height}v${-round(Math.max(3, point.loss * height))}`)
    .join('');
  const left = x(incident.openedAt);
  return {
    line,
    bars,
    band: { x: left, width: Math.max(2, round(x(incident.resolvedAt ?? span.to) - left)) },
    limit: limitMs === undefined ? undefined : y(limitMs),
    highMs,
    worstLoss: measured.reduce((worst, point) => Math.max(worst, point.loss), 0),
  };
}
