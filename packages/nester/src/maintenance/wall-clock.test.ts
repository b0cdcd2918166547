import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isZone, localAt, momentOf } from './wall-clock.ts';

const local = (text: string) => Date.parse(`${text}Z`);
const utc = (at: number) => new Date(at).toISOString().slice(0, 16);

describe('a time on the wall', () => {
  it.each([
    ['an ordinary one', 'Europe/Paris', '2026-07-01T10:00', '2026-07-01T08:00', '2026-07-01T08:00'],
    ['the other side', 'America/Chicago', '2026-07-01T10:00', '2026-07-01T15:00', '2026-07-01T15:00'],
    ['half an hour away', 'Asia/Kolkata', '2026-07-01T10:00', '2026-07-01T04:30', '2026-07-01T04:30'],
    // Paris skips 02:00 to 03:00 on 29 March 2026, at 01:00 UTC; on 25 October 02:00 to 03:00 comes twice.
    ['skipped in Paris', 'Europe/Paris', '2026-03-29T02:30', '2026-03-29T01:00', '2026-03-29T01:00'],
    ['twice in Paris', 'Europe/Paris', '2026-10-25T02:30', '2026-10-25T00:30', '2026-10-25T01:30'],
    // Chicago: 8 March, at 08:00 UTC; 1 November.
    ['skipped in Chicago', 'America/Chicago', '2026-03-08T02:15', '2026-03-08T08:00', '2026-03-08T08:00'],
    ['twice in Chicago', 'America/Chicago', '2026-11-01T01:15', '2026-11-01T06:15', '2026-11-01T07:15'],
    // A whole day that never was: 30 December 2011.
    ['skipped in Samoa', 'Pacific/Apia', '2011-12-30T12:00', '2011-12-30T10:00', '2011-12-30T10:00'],
  ])('%s', (_what, zone, time, first, last) => {
    expect([utc(momentOf(zone, local(time), 'first')), utc(momentOf(zone, local(time), 'last'))]).toEqual([first, last]);
  });

  it('is found again from any moment, in any zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Paris', 'America/Chicago', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC'),
        fc.integer({ min: Date.UTC(2024, 0, 1) / 1_000, max: Date.UTC(2030, 0, 1) / 1_000 }),
        (zone, seconds) => {
          const at = seconds * 1_000;
          const shown = localAt(zone, at);
          const [first, last] = [momentOf(zone, shown, 'first'), momentOf(zone, shown, 'last')];
          expect([first, last]).toContain(at);
          expect(first).toBeLessThanOrEqual(last);
        },
      ),
    );
  });

  it('knows zones from nonsense', () => {
    expect([isZone('Europe/Paris'), isZone('Mars/Olympus'), isZone('')]).toEqual([true, false, false]);
  });
});
