import { expect, test } from 'vitest';
import { curveShape } from './curve-shape.ts';

const hour = 3_600_000;
const now = 100 * hour;
const at = (hoursAgo: number, medianMs: number | null, loss = 0) => ({ at: now - hoursAgo * hour, medianMs, loss });

test('a curve spans the last day, from 0 upwards, and nothing older', () => {
  const shape = curveShape([at(30, 999), at(12, 20), at(11.5, 10)], now, 240, 100);
  expect(shape).toMatchObject({ low: 10, high: 20, worstLoss: 0, losses: [] });
  expect(shape.path).toBe('M120 9.1h.1L125 54.5');
});

test('what was not measured is a gap, not a line; loss stands beside it', () => {
  const shape = curveShape([at(3, 10), at(2.5, null, 1), at(2, 10), at(0.5, 10, 0.25)], now, 240, 100);
  expect(shape.path.match(/M/g)).toHaveLength(3);
  expect(shape.losses).toEqual([
    { x: 215, loss: 1 },
    { x: 235, loss: 0.25 },
  ]);
  expect(shape.worstLoss).toBe(1);
});

test('without a measurement there is no line', () => {
  expect(curveShape([], now, 240, 100)).toEqual({ path: '', losses: [], low: undefined, high: undefined, worstLoss: 0 });
});
