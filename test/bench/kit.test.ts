import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { filesystemOf } from '../../bench/kit/folders.ts';
import { summarise } from '../../bench/kit/profile.ts';
import { median, mediansOf, quantile, significant } from '../../bench/kit/statistics.ts';

it('takes the middle of runs, field by field', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow(RangeError);
  expect([0, 0.5, 0.9, 0.99, 1].map(share => quantile([30, 10, 20, 50, 40, 60, 80, 70, 100, 90], share))).toEqual([10, 50, 90, 100, 100]);
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
  const here = readFileSync(import.meta.filename, 'utf8').split('\n');
  const jsonLine = here.findIndex(line => line.includes('JSON.' + 'parse(')) + 1;
  const profile = {
    startTime: 0,
    nodes: [
      { id: 1, callFrame: frame('(root)') },
      { id: 2, callFrame: frame('run', 'file:///app/packages/nester/src/store/sqlite.ts') },
      { id: 3, callFrame: frame('flush', 'file:///app/packages/nester/src/doors/fanout.ts') },
      { id: 4, callFrame: frame('writeBuffer') },
      {
        id: 5,
        callFrame: frame('parses', import.meta.url),
        positionTicks: [
          { line: jsonLine, ticks: 3 },
          { line: 1, ticks: 1 },
        ],
      },
      { id: 6, callFrame: frame('(garbage collector)') },
    ],
    // Samples at 100, 200, 300, 400 and 500: each stands for the 100 µs after it, the last for nothing.
    samples: [2, 2, 3, 4, 6],
    timeDeltas: [100, 100, 100, 100, 100],
  };
  const shares = (from: number, to: number) => Object.fromEntries(summarise(profile, from, to).categories.map(c => [c.name, c.share]));
  expect(shares(0, 1_000)).toEqual({ 'SQLite (with fsync)': 0.5, 'Aerie: nester/doors': 0.25, 'socket writes (kernel)': 0.25 });
  expect(shares(250, 400)).toEqual({ 'SQLite (with fsync)': 50 / 150, 'Aerie: nester/doors': 100 / 150 });
  profile.samples[3] = 5;
  expect(shares(400, 500)).toEqual({ 'JSON (lines that parse or stringify)': 0.75, other: 0.25 });
  expect(parses('[1]')).toEqual([1]);
});

/** A function of this file with a line that calls JSON. */
function parses(text: string): unknown {
  return JSON.parse(text);
}

it.runIf(process.platform === 'linux')('knows a filesystem by the longest mount point above a folder', () => {
  expect(filesystemOf('/proc/self')).toBe('proc');
  expect(filesystemOf('/')).not.toBe('unknown');
});
