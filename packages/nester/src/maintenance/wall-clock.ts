/** Arithmetic with the clocks on people's walls. A local time is written as the milliseconds that it would be in UTC. */

const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether that is the name of a time zone. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** What the clocks of a zone show at a moment, to the second. @throws RangeError when there is no such zone */
export function localAt(zone: string, at: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) if (type !== 'literal') parts[type] = Number(value);
  const { year, month, day, hour, minute, second } = parts as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The moment at which the clocks of a zone show a time. Of a time that comes twice it is the first or the last; a time that
 * does not come is the moment at which the clocks skip it.
 */
export function momentOf(zone: string, local: number, which: 'first' | 'last'): number {
  const before = local - offsetAt(zone, local - dayMs);
  const after = local - offsetAt(zone, local + dayMs);
  const fits = [before, after].filter(at => localAt(zone, at) === local);
  if (fits.length > 0) return which === 'first' ? Math.min(...fits) : Math.max(...fits);
  // Between the two the clocks jump: the last moment before shows less, the first after it shows more.
  let low = Math.min(before, after);
  let high = Math.max(before, after);
  while (high - low > 1_000) {
    const middle = Math.floor((low + high) / 2_000) * 1_000;
    if (middle <= low) break;
    if (localAt(zone, middle) < local) low = middle;
    else high = middle;
  }
  return high;
}

function offsetAt(zone: string, at: number): number {
  const whole = Math.floor(at / 1_000) * 1_000;
  return localAt(zone, whole) - whole;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  return format;
}
