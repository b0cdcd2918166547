import { expect, test } from 'vitest';
import { aroundShape, isOfLink, spanAround } from './wan-around.ts';

const hour = 3_600_000;
const size = { width: 100, height: 50 };

test('what is shown begins before the incident, and ends after it or now', () => {
  expect(spanAround({ openedAt: 10 * hour, resolvedAt: null }, 11 * hour)).toEqual({ from: 9.5 * hour, to: 11 * hour });
  expect(spanAround({ openedAt: 10 * hour, resolvedAt: 14 * hour }, 40 * hour)).toEqual({ from: 9 * hour, to: 15 * hour });
  expect(spanAround({ openedAt: 10 * hour, resolvedAt: 14 * hour }, 14.1 * hour).to).toBe(14.1 * hour);
});

test('the line breaks where nothing was measured; the limit and the incident stand in the same drawing', () => {
  const point = (at: number, medianMs: number | null, loss = 0) => ({ at, medianMs, minMs: medianMs, maxMs: medianMs, loss });
  const points = [point(0, 100), point(25, 100), point(50, null, 1), point(75, 200), point(100, 200, 0.5), point(200, 9_000)];
  const shape = aroundShape(points, { from: 0, to: 100 }, { openedAt: 50, resolvedAt: null, detail: { aboveMs: 150 } }, size);
  expect(shape.line.match(/M/g)).toHaveLength(2);
  expect(shape.bars).toBe('M50 50v-50M100 50v-25');
  expect(shape.band).toEqual({ x: 50, width: 50 });
  expect(shape.limit).toBeGreaterThan(0);
  expect(shape.highMs).toBe(200);
  expect(shape.worstLoss).toBe(1);
});

test('without a measurement there is nothing to draw', () => {
  const shape = aroundShape([], { from: 0, to: 100 }, { openedAt: 50, resolvedAt: 60, detail: {} }, size);
  expect(shape).toMatchObject({ line: '', bars: '', limit: undefined, highMs: undefined, worstLoss: 0 });
});

test('only what is about the link has a curve', () => {
  expect(isOfLink({ rule: 'wan.loss' })).toBe(true);
  expect(isOfLink({ rule: 'probe.silent' })).toBe(false);
});
