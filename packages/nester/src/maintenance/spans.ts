import type { Maintenance } from '@aerie/contract';
import { localAt, momentOf } from './wall-clock.ts';

export interface Span {
  from: number;
  to: number;
}

type Times = Maintenance['times'];

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** When maintenance is, by the clocks of a zone, as far as it touches a span; in order. */
export function spansOf(times: Times, zone: string, within: Span): Span[] {
  const spans = 'once' in times ? [onceOf(times.once, zone)] : weeklyOf(times.weekly, zone, within);
  return spans.filter(({ from, to }) => to > from && to > within.from && from < within.to);
}

/** The local time of a text such as `2026-11-29T02:30`; NaN for a day that no calendar has. */
export function localOf(text: string): number {
  const local = Date.parse(`${text}:00Z`);
  return Number.isNaN(local) || !new Date(local).toISOString().startsWith(text) ? Number.NaN : local;
}

/** Spans without what they have in common, in order. */
export function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else result.push({ from: span.from, to: span.to });
  }
  return result;
}

function onceOf({ from, to }: { from: string; to: string }, zone: string): Span {
  return { from: momentOf(zone, localOf(from), 'first'), to: momentOf(zone, localOf(to), 'last') };
}

/** One for each of its days; a night that begins before `within` may reach into it. */
function weeklyOf({ days, from, to }: { days: number[]; from: string; to: string }, zone: string, within: Span): Span[] {
  const begin = minutesOf(from);
  const end = minutesOf(to) > begin ? minutesOf(to) : minutesOf(to) + 1_440;
  const spans: Span[] = [];
  const firstDay = Math.floor(localAt(zone, Math.floor(within.from / 1_000) * 1_000) / dayMs) - 2;
  const lastDay = Math.floor(localAt(zone, Math.floor(within.to / 1_000) * 1_000) / dayMs);
  for (let day = firstDay; day <= lastDay; day++) {
    // The first day of 1970 was a Thursday.
    const weekday = ((((day + 3) % 7) + 7) % 7) + 1;
    if (!days.includes(weekday)) continue;
    const local = day * dayMs;
    spans.push({ from: momentOf(zone, local + begin * minuteMs, 'first'), to: momentOf(zone, local + end * minuteMs, 'last') });
  }
  return spans;
}

function minutesOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return hours! * 60 + minutes!;
}
