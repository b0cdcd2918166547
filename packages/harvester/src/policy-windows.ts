import type { Policy, ScanWindow } from '@aerie/contract/reports';

/** Whether one may scan, and when that changes; never when null. */
export interface Opening {
  readonly open: boolean;
  readonly until: number | null;
}

const minuteMs = 60_000;
/** The clocks of the world change at quarters of an hour. */
const quarterMs = 15 * minuteMs;
/** Every window comes again within a week; a clock change may take one away. */
const horizonMs = 15 * 86_400_000;
const dayMinutes = 1_440;

interface Local {
  /** 1 is Monday. */
  day: number;
  minute: number;
}

/**
 * Whether the windows are open, by the wall clock of their zone: an hour that comes twice counts twice, one that does not come
 * does not count. Without windows it is always open; in a zone that is none, never.
 */
export function openingAt({ windows, zone }: Pick<Policy, 'windows' | 'zone'>, at: number): Opening {
  if (windows.length === 0) return { open: true, until: null };
  const clock = clockOf(zone);
  if (!clock) return { open: false, until: null };
  const open = isOpen(windows, clock(at));
  for (let t = nextLook(windows, clock, at); t < at + horizonMs; t = nextLook(windows, clock, t))
    if (isOpen(windows, clock(t)) !== open) return { open, until: t };
  return { open, until: null };
}

export function isZone(zone: string): boolean {
  return clockOf(zone) !== undefined;
}

/** The next time at which a window may begin or end: one of their times of the day, or a change of the clock. */
function nextLook(windows: readonly ScanWindow[], clock: (at: number) => Local, at: number): number {
  const whole = Math.floor(at / minuteMs) * minuteMs;
  const { minute } = clock(whole);
  const quarter = (Math.floor(at / quarterMs) + 1) * quarterMs;
  const times = windows.flatMap(({ from, to }) => [minutesOf(from), minutesOf(to), dayMinutes]).filter(time => time > minute);
  return Math.min(quarter, ...times.map(time => whole + (time - minute) * minuteMs));
}

function isOpen(windows: readonly ScanWindow[], { day, minute }: Local): boolean {
  const yesterday = day === 1 ? 7 : day - 1;
  return windows.some(({ days, from, to }) => {
    const begin = minutesOf(from);
    const end = minutesOf(to);
    if (end > begin) return days.includes(day) && minute >= begin && minute < end;
    return (days.includes(day) && minute >= begin) || (days.includes(yesterday) && minute < end);
  });
}

function minutesOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return hours! * 60 + minutes!;
}

const days: Record<string, number> = { Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6, Sun: 7 };

function clockOf(zone: string): ((at: number) => Local) | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    return at => {
      const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
      return { day: days[parts.weekday!]!, minute: Number(parts.hour) * 60 + Number(parts.minute) };
    };
  } catch {
    return undefined;
  }
}
