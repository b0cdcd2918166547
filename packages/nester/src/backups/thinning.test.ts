import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backupName, momentOf } from './names.ts';
import { keepMark, thinned } from './thinning.ts';

const hour = 3_600_000;
const start = Date.parse('2026-03-01T00:00:00Z');
const left = (names: readonly string[]) => {
  const gone = new Set(thinned(names));
  return names.filter(name => !gone.has(name));
};

/** Backups of some weeks, many of them close together. */
const folders = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 200 * 24 * 3_600 }), fc.integer({ min: 0, max: 3 * 3_600 })), { maxLength: 300 })
  .map(seconds => [...new Set(seconds)].map(second => backupName(start + second * 1_000)));

describe('thinning', () => {
  it('keeps 24 hourly, 14 daily and 8 weekly ones of a year of hours', () => {
    const newest = start + 365 * 24 * hour;
    const names = Array.from({ length: 365 * 24 }, (_, n) => backupName(newest - n * hour));
    const kept = left(names).map(name => (newest - momentOf(name)!) / hour);
    expect(kept.slice(0, 24)).toEqual(Array.from({ length: 24 }, (_, n) => n));
    // 2027-03-01T00:00 is a Monday: its day and its week have begun with it.
    const days = Array.from({ length: 13 }, (_, n) => 1 + 24 * n);
    const weeks = Array.from({ length: 7 }, (_, n) => 1 + 168 * n);
    expect(kept).toEqual([...new Set([...Array(24).keys(), ...days, ...weeks])].sort((a, b) => a - b));
  });

  it('never takes the newest, nor what is no backup, nor what is marked to be kept', () => {
    fc.assert(
      fc.property(folders, fc.array(fc.string()), fc.nat(), (names, others, which) => {
        const marked = names[which % Math.max(1, names.length)] ?? 'x';
        const folder = [...names, ...others, ...names.map(name => `${name}.sha256`), keepMark(marked)];
        const gone = thinned(folder);
        expect(gone).not.toContain([...names].sort().at(-1));
        expect(gone).not.toContain(marked);
        expect(gone.every(name => names.includes(name))).toBe(true);
      }),
    );
  });

  it('keeps the newest of each hour, day and week among the last 24, 14 and 8 that have one, and nothing else', () => {
    const spans = [
      { count: 24, of: (at: number) => new Date(at).toISOString().slice(0, 13) },
      { count: 14, of: (at: number) => new Date(at).toISOString().slice(0, 10) },
      { count: 8, of: mondayOf },
    ];
    fc.assert(
      fc.property(folders, names => {
        const newestFirst = [...names].sort().reverse();
        const expected = spans.flatMap(({ count, of }) => {
          const bySpan = Map.groupBy(newestFirst, name => of(momentOf(name)!));
          return [...bySpan.values()].slice(0, count).map(([newest]) => newest);
        });
        expect(new Set(left(names))).toEqual(new Set(expected));
      }),
    );
  });

  it('takes nothing more when it is done again', () => {
    fc.assert(
      fc.property(folders, names => {
        expect(thinned(left(names))).toEqual([]);
      }),
    );
  });
});

function mondayOf(at: number): string {
  const day = new Date(at);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}
