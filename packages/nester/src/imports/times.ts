/** A time of another server, in milliseconds, and what reading it changed. */
export interface OldTime {
  at: number;
  change: string | undefined;
  /** It was written without a zone, and read as what the clocks of the server's own showed. */
  isLocal: boolean;
}

const stamp = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:([ Tt])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d{2}:?\d{2})?)?\s*$/;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const quarterMs = hourMs / 4;
/** Seconds since 1970 stay below this until the year 5138; milliseconds are above it since 1973. */
const mostSeconds = 100_000_000_000;

/** Times as Python servers wrote them, where they ran. */
export class OldTimes {
  readonly zone: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  /** @throws RangeError when there is no such zone */
  constructor(zone: string | undefined) {
    this.#format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    this.zone = this.#format.resolvedOptions().timeZone;
  }

  /**
   * `2026-11-22 00:29:04` is UTC, as SQLite's CURRENT_TIMESTAMP writes it. With a `T`, or with fractions of a second, it is
   * Python's datetime: the clock of the machine, unless an offset stands behind it. Numbers are seconds or milliseconds
   * since 1970. Undefined for anything else.
   */
  read(written: unknown): OldTime | undefined {
    if (typeof written === 'number' || typeof written === 'bigint') return fromNumber(Number(written));
    const match = typeof written === 'string' ? stamp.exec(written) : null;
    if (!match) return undefined;
    const [, year, month, day, between, hour = '0', minute = '0', second = '0', fraction, offset] = match;
    const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
    const asWritten = new Date(wall);
    const fits = asWritten.getUTCMonth() === Number(month) - 1 && asWritten.getUTCDate() === Number(day) && Number(hour) < 24;
    if (!fits || Number(minute) > 59 || Number(second) > 59) return undefined;
    const ms = Number(`0.${fraction ?? 0}`) * 1_000;
    if (offset !== undefined) return kept(wall - offsetMs(offset) + ms);
    if (between === ' ' && fraction === undefined) return kept(wall);
    const { at, change } = this.#local(wall);
    const time = kept(at + ms);
    return time && { ...time, change, isLocal: true };
  }

  /** The moment at which the clocks of the zone showed `wall` (written as if it were UTC). */
  #local(wall: number): { at: number; change: string | undefined } {
    const before = wall - this.#offset(wall - dayMs);
    const after = wall - this.#offset(wall + dayMs);
    const shows = (at: number) => at + this.#offset(at) === wall;
    // Shown twice, when clocks are set back: the first time.
    if (shows(before)) return { at: before, change: undefined };
    if (shows(after)) return { at: after, change: undefined };
    return { at: before, change: `The clocks of ${this.zone} never showed its time; it stands as much later as they were set forward.` };
  }

  /** What the zone's clocks are ahead of UTC at a moment. Every offset in use changes at a quarter of an hour. */
  #offset(at: number): number {
    const quarter = Math.floor(at / quarterMs) * quarterMs;
    let offset = this.#offsets.get(quarter);
    if (offset === undefined) {
      const parts: Record<string, number> = {};
      for (const { type, value } of this.#format.formatToParts(quarter)) parts[type] = Number(value);
      const { year, month, day, hour, minute, second } = parts as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
      offset = Date.UTC(year, month - 1, day, hour, minute, second) - quarter;
      this.#offsets.set(quarter, offset);
    }
    return offset;
  }
}

function fromNumber(value: number): OldTime | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return kept(value < mostSeconds ? value * 1_000 : value);
}

function kept(at: number): OldTime | undefined {
  const whole = Math.floor(at);
  return whole >= 0 && whole <= 8_640_000_000_000_000 ? { at: whole, change: undefined, isLocal: false } : undefined;
}

function offsetMs(offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(-2))];
  return (offset.startsWith('-') ? -1 : 1) * (hours * hourMs + minutes * 60_000);
}
