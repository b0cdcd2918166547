import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('the longest wait doubles from half a second up to thirty seconds', () => {
  expect([0, 1, 2, 3, 6, 7, 500].map(attempt => backoffMs(attempt, () => 1))).toEqual([500, 1_000, 2_000, 4_000, 30_000, 30_000, 30_000]);
});

test('the wait is anywhere below the longest', () => {
  expect(backoffMs(3, () => 0)).toBe(0);
  expect(backoffMs(3, () => 0.25)).toBe(1_000);
});
