import type { Language } from '@aerie/contract/errors';

const minute = 60_000;
const hour = 60 * minute;

/** How times are said in a language. All take milliseconds since 1970. */
export interface Times {
  /** "14:05" */
  clock(at: number): string;
  /** "5 min ago" for the last hour, then the clock; the day stands in the day line. */
  message(at: number, now: number): string;
  /** "3 h ago", "2 days ago": for lists, where no day line stands above. */
  ago(at: number, now: number): string;
  /** "in 3 days" */
  until(at: number, now: number): string;
  /** "14:05", on the clocks of a time zone. */
  clockIn(at: number, zone: string): string;
  /** "Mon": a day of the week, 1 is Monday. */
  weekday(day: number): string;
  /** "14:05" today, else "22 Nov, 14:05": a moment to come or just gone, as short as it may be; with its year from 300 days away on. */
  near(at: number, now: number): string;
  /** "22 Nov": below an axis. */
  dayMonth(at: number): string;
  /** "22 Nov 2026" */
  dayYear(at: number): string;
  /** "Nov 2026": below an axis of years. */
  month(at: number): string;
  /** "21 Nov 2026, 14:05": where a moment must be read without hovering. */
  short(at: number): string;
  /** "Friday 21 November 2026, 14:05:09" */
  absolute(at: number): string;
  /** "Today", "Yesterday", "Friday 21 November"; with the year when it is another one. */
  day(at: number, now: number): string;
}

/** The days between two moments in local time; not their difference in hours. */
function daysBetween(earlier: number, later: number): number {
  const a = new Date(earlier);
  const b = new Date(later);
  return Math.round(
    (Date.UTC(b.getFullYear(), b.getMonth(), b.getDate()) - Date.UTC(a.getFullYear(), a.getMonth(), a.getDate())) / 86_400_000,
  );
}

/** True when two moments are on the same local day. */
export function sameDay(a: number, b: number): boolean {
  return daysBetween(a, b) === 0;
}

/** Times in a language, formatted by Intl. */
export function timesIn(language: Language): Times {
  const locale = language === 'fr' ? 'fr-FR' : 'en-GB';
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const absolute = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });
  const short = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const dayMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const dayYear = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const month = new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric' });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' });
  const zones = new Map<string, Intl.DateTimeFormat>();
  const near = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
  const dayAndYear = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  const relativeDay = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const capital = (text: string) => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);

  const distance = (at: number, now: number): string => {
    // What is to come is rounded: an hour that has just begun is an hour, not 59 minutes. What is past is only past when it is whole.
    const whole = at > now ? Math.round : Math.trunc;
    const away = at - now;
    if (Math.abs(away) < minute) return relative.format(0, 'second');
    const minutes = whole(away / minute);
    if (Math.abs(minutes) < 60) return relative.format(minutes, 'minute');
    const hours = whole(away / hour);
    if (Math.abs(hours) < 24) return relative.format(hours, 'hour');
    const days = whole(away / (24 * hour));
    return Math.abs(days) < 31 ? relativeDay.format(days, 'day') : day.format(at);
  };

  return {
    clock: at => clock.format(at),
    message: (at, now) => (now - at < hour ? distance(Math.min(at, now), now) : clock.format(at)),
    ago: (at, now) => distance(Math.min(at, now), now),
    until: (at, now) => distance(Math.max(at, now), now),
    clockIn: (at, zone) => {
      const inZone = zones.get(zone) ?? new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone: zone });
      zones.set(zone, inZone);
      return inZone.format(at);
    },
    // The 5th of January 1970 was a Monday.
    weekday: number => weekday.format((number + 3) * 24 * hour),
    // A year ago today is not today.
    near: (at, now) => (sameDay(at, now) ? clock : Math.abs(at - now) < 300 * 24 * hour ? near : short).format(at),
    dayMonth: at => dayMonth.format(at),
    dayYear: at => dayYear.format(at),
    month: at => month.format(at),
    short: at => short.format(at),
    absolute: at => absolute.format(at),
    day: (at, now) => {
      const days = daysBetween(at, now);
      if (days === 0 || days === 1) return capital(relativeDay.format(-days, 'day'));
      return capital(new Date(at).getFullYear() === new Date(now).getFullYear() ? day.format(at) : dayAndYear.format(at));
    },
  };
}
