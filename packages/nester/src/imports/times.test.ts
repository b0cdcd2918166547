import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OldTimes } from './times.ts';

const iso = (times: OldTimes, written: unknown) => {
  const time = times.read(written);
  return time && new Date(time.at).toISOString();
};

describe('times of other servers', () => {
  const paris = new OldTimes('Europe/Paris');

  it.each([
    ['2026-11-22 00:29:04', '2026-11-22T00:29:04.000Z'],
    ['2026-07-01 12:00:00', '2026-07-01T12:00:00.000Z'],
    ['2026-11-22T00:29:12.963399', '2026-11-21T23:29:12.963Z'],
    ['2026-11-22 00:29:12.963399', '2026-11-21T23:29:12.963Z'],
    ['2026-07-01T12:00:00', '2026-07-01T10:00:00.000Z'],
    ['2026-07-01T12:00', '2026-07-01T10:00:00.000Z'],
    ['2026-07-01T12:00:00Z', '2026-07-01T12:00:00.000Z'],
    ['2026-07-01T12:00:00.5+05:30', '2026-07-01T06:30:00.500Z'],
    ['2026-07-01 12:00:00-0400', '2026-07-01T16:00:00.000Z'],
    [1_795_307_344n, '2026-11-22T00:29:04.000Z'],
    [1_795_307_344.5, '2026-11-22T00:29:04.500Z'],
    [1_795_307_344_000n, '2026-11-22T00:29:04.000Z'],
  ])('%s was %s', (written, at) => {
    expect(iso(paris, written)).toBe(at);
  });

  it.each([
    '',
    'hier',
    '2026-02-30 10:00:00',
    '2026-13-01 10:00:00',
    '2026-01-01T25:00:00',
    '1890-01-01 00:00:00',
    null,
    undefined,
    -1,
    {},
  ])('%s is none', written => {
    expect(paris.read(written)).toBeUndefined();
  });

  it('takes the first of two moments that clocks showed alike, and says when clocks never showed one', () => {
    expect(iso(paris, '2026-10-25T02:30:00')).toBe('2026-10-25T00:30:00.000Z');
    expect(iso(paris, '2026-10-25T03:00:00')).toBe('2026-10-25T02:00:00.000Z');
    expect(iso(paris, '2026-03-29T01:59:59')).toBe('2026-03-29T00:59:59.000Z');
    expect(iso(paris, '2026-03-29T03:00:00')).toBe('2026-03-29T01:00:00.000Z');
    expect(paris.read('2026-03-29T02:30:00')).toEqual({
      at: Date.parse('2026-03-29T01:30:00Z'),
      change: expect.stringContaining('Europe/Paris'),
      isLocal: true,
    });
    expect(iso(new OldTimes('Australia/Lord_Howe'), '2026-04-05T01:45:00')).toBe('2026-04-04T14:45:00.000Z');
  });

  it('reads back what the clocks of a zone show', () => {
    const zones = ['Europe/Paris', 'America/New_York', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];
    const moments = fc.date({ min: new Date('2015-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(fc.constantFrom(...zones), moments, (zone, date) => {
        const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
        const written = shown.format(date).replace(' ', 'T');
        const { at, change } = new OldTimes(zone).read(written)!;
        expect(change).toBeUndefined();
        expect(shown.format(at).replace(' ', 'T')).toBe(written);
        // The same moment, or the first of two that look alike.
        expect([0, 1_800_000, 3_600_000]).toContain(Math.floor(date.getTime() / 1_000) * 1_000 - at);
      }),
    );
  });

  it('knows no other zones than there are', () => {
    expect(() => new OldTimes('Europe/Lutece')).toThrow(RangeError);
  });
});
