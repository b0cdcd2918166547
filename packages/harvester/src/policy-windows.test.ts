import type { ScanWindow } from '@aerie/contract/reports';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isZone, openingAt } from './policy-windows.ts';

const minute = 60_000;
const hour = 60 * minute;
const every = [1, 2, 3, 4, 5, 6, 7];
const paris = (...windows: ScanWindow[]) => ({ windows, zone: 'Europe/Paris' });
const at = (text: string) => Date.parse(text);

/** The wall clock of a zone, by another way than the one that is tested. */
function wall(zone: string, time: number): { day: number; clock: string } {
  const [date, clock] = new Date(time).toLocaleString('sv-SE', { timeZone: zone }).split(' ');
  return { day: new Date(`${date}T12:00:00Z`).getUTCDay() || 7, clock: clock!.slice(0, 5) };
}

function isOpenByHand(windows: readonly ScanWindow[], zone: string, time: number): boolean {
  const { day, clock } = wall(zone, time);
  const before = day === 1 ? 7 : day - 1;
  return windows.some(({ days, from, to }) =>
    from < to
      ? days.includes(day) && clock >= from && clock < to
      : (days.includes(day) && clock >= from) || (days.includes(before) && clock < to),
  );
}

const clock = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map(([hours, minutes]) => `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`);
const window = fc.record({ days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }), from: clock, to: clock });
const zone = fc.constantFrom('Europe/Paris', 'America/New_York', 'UTC', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns');
/** Around the clock changes of a year, and anywhere in it. */
const time = fc.oneof(
  fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') }),
  fc
    .tuple(
      fc.constantFrom(
        ...['2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'].map(day => at(`${day}T00:00:00Z`)),
      ),
      fc.integer({ min: -24 * hour, max: 48 * hour }),
    )
    .map(([day, offset]) => day + offset),
);

describe('windows in which one may scan', () => {
  test('are open as the wall clock says, and change when it is said', () => {
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), zone, time, (windows, zone, now) => {
        const { open, until } = openingAt({ windows, zone }, now);
        expect(open).toBe(isOpenByHand(windows, zone, now));
        if (until === null) {
          for (let t = now; t < now + 8 * 24 * hour; t += hour) expect(isOpenByHand(windows, zone, t)).toBe(open);
          return;
        }
        expect(until).toBeGreaterThan(now);
        expect(isOpenByHand(windows, zone, until)).toBe(!open);
        expect(isOpenByHand(windows, zone, until - minute)).toBe(open);
        // Nothing changes before.
        for (let t = now; t < until; t += Math.max(minute, Math.floor((until - now) / 60)))
          expect(isOpenByHand(windows, zone, t)).toBe(open);
      }),
      { numRuns: 60 },
    );
  });

  test('are always open when there are none', () => {
    expect(openingAt({ windows: [], zone: 'nowhere' }, 0)).toEqual({ open: true, until: null });
  });

  test('are never open in a zone that is none', () => {
    expect(openingAt({ windows: [{ days: every, from: '00:00', to: '00:00' }], zone: 'Mars/Base' }, 0)).toEqual({
      open: false,
      until: null,
    });
    expect([isZone('Mars/Base'), isZone('Europe/Paris')]).toEqual([false, true]);
  });

  test('go over midnight, into the day after the last', () => {
    const friday = paris({ days: [5], from: '22:00', to: '06:00' });
    expect(openingAt(friday, at('2026-11-20T22:00:00+01:00'))).toEqual({ open: true, until: at('2026-11-21T06:00:00+01:00') });
    expect(openingAt(friday, at('2026-11-21T05:59:59+01:00')).open).toBe(true);
    expect(openingAt(friday, at('2026-11-21T06:00:00+01:00'))).toEqual({ open: false, until: at('2026-11-27T22:00:00+01:00') });
    expect(openingAt(friday, at('2026-11-20T05:00:00+01:00')).open).toBe(false);
  });

  test('are an hour longer on the night when the clock goes back, and shorter when it goes forward', () => {
    const night = paris({ days: every, from: '01:00', to: '04:00' });
    const length = (day: string, offset: string) => {
      const begin = at(`${day}T01:00:00${offset}`);
      return openingAt(night, begin).until! - begin;
    };
    expect(length('2026-10-25', '+02:00')).toBe(4 * hour);
    expect(length('2026-03-29', '+01:00')).toBe(2 * hour);
    expect(length('2026-11-21', '+01:00')).toBe(3 * hour);
  });

  test('do not open in an hour that does not come', () => {
    const gap = paris({ days: [7], from: '02:00', to: '03:00' });
    expect(openingAt(gap, at('2026-03-28T12:00:00Z'))).toEqual({ open: false, until: at('2026-04-05T02:00:00+02:00') });
  });
});
