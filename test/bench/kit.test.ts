import { expect, it } from 'vitest';
import { filesystemOf } from '../../bench/kit/folders.ts';
import { summarise } from '../../bench/kit/profile.ts';
import { median, mediansOf, significant } from '../../bench/kit/statistics.ts';

it('takes the middle of runs, field by field', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow(RangeError);
  const runs = [
    { a: 1, b: 30 },
    { a: 3, b: 10 },
    { a: 2, b: 20 },
  ];
  expect(mediansOf(runs, ['a', 'b'])).toEqual({ a: 2, b: 20 });
  expect(significant(123_456)).toBe(123_500);
});

it('sums a profile by what the thread was in, between two moments only', () => {
  const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 0 });
  const profile = {
    startTime: 0,
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 4, 6] },
      { id: 2, callFrame: frame('run', 'file:///app/packages/nester/src/store/sqlite.ts'), children: [3] },
      { id: 3, callFrame: frame('run') },
      { id: 4, callFrame: frame('flush', 'file:///app/packages/nester/src/doors/fanout.ts'), children: [5] },
      { id: 5, callFrame: frame('stringify') },
      { id: 6, callFrame: frame('(garbage collector)') },
    ],
    // Samples at 100, 200, 300, 400 and 500: each stands for the 100 µs after it, the last for nothing.
    samples: [3, 3, 5, 4, 6],
    timeDeltas: [100, 100, 100, 100, 100],
  };
  const shares = (from: number, to: number) => Object.fromEntries(summarise(profile, from, to).categories.map(c => [c.name, c.share]));
  expect(shares(0, 1_000)).toEqual({ 'SQLite (with fsync)': 0.5, JSON: 0.25, 'Aerie: nester/doors': 0.25 });
  expect(shares(250, 400)).toEqual({ 'SQLite (with fsync)': 50 / 150, JSON: 100 / 150 });
});

it.runIf(process.platform === 'linux')('knows a filesystem by the longest mount point above a folder', () => {
  expect(filesystemOf('/proc/self')).toBe('proc');
  expect(filesystemOf('/')).not.toBe('unknown');
});
