import type { SeriesPoint } from '@aerie/contract';
import { expect, test } from 'vitest';
import { aligned, moved, sensible, spanOf, summaryOf, zoomed } from './wan-history.ts';

const minute = 60_000;
const day = 1440 * minute;
const now = 1_000 * day;
const point = (at: number, medianMs: number | null, loss = 0): SeriesPoint => ({ at, medianMs, minMs: medianMs, maxMs: medianMs, loss });

test('the address names a length that ends now, or two moments', () => {
  expect(spanOf({ range: '7d' }, now)).toEqual({ from: now - 7 * day, to: now });
  expect(spanOf({}, now)).toEqual({ from: now - day, to: now });
  expect(spanOf({ range: '7d', since: 5, until: 9 }, now)).toEqual({ from: 5, to: 9 });
});

test('zooming keeps what is pointed at, and never leaves the past or goes nearer than what is measured', () => {
  const span = { from: now - 2 * day, to: now };
  expect(zoomed(span, 2, now, now - 2 * day)).toEqual({ from: now - 2 * day, to: now - day });
  expect(zoomed(span, 2, now)).toEqual({ from: now - 1.5 * day, to: now - 0.5 * day });
  expect(zoomed(span, 0.5, now)).toEqual({ from: now - 4 * day, to: now });
  expect(moved(span, 0.5, now)).toEqual(span);
  expect(moved(span, -0.5, now)).toEqual({ from: now - 3 * day, to: now - day });
  expect(sensible({ from: now - day, to: now - day + 1 }, now).to - sensible({ from: now - day, to: now - day + 1 }, now).from).toBe(
    10 * minute,
  );
});

test('targets that are measured at different moments share one row; each line breaks only at its own gaps', () => {
  const { at, lines, loss } = aligned({
    stepMs: 5 * minute,
    targets: [
      { target: 'r', role: 'gateway', points: [point(0, 1, 1), point(5 * minute, 2, 1)] },
      { target: 'a', role: 'internet', points: [point(0, 10), point(60 * minute, 12, 0.5)] },
      { target: 'b', role: 'internet', points: [point(0, null, 1), point(60 * minute, null, 1)] },
    ],
  });
  expect(at).toEqual([0, 5 * minute, 60 * minute]);
  expect(lines).toEqual([
    [1, 2, undefined],
    [10, null, 12],
    [null, null, null],
  ]);
  // The loss of the Internet is that of its best target; a router that answers nothing is not the Internet.
  expect(loss).toEqual([0, null, 0.5]);
});

test('what a target did between two moments', () => {
  const points = [point(0, 99), point(1, 10), point(2, null, 1), point(3, 30), point(4, 20)];
  expect(summaryOf({ points }, { from: 1, to: 4 })).toEqual({ median: 20, low: 10, high: 30, loss: 0.25 });
  expect(summaryOf({ points }, { from: 5, to: 6 })).toEqual({ median: null, low: null, high: null, loss: null });
});
