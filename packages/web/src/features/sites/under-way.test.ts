import { expect, it } from 'vitest';
import { isUnderWay } from './under-way.ts';

it('maintenance is under way from its beginning on, and at once where it was announced for now', () => {
  const createdAt = 1_000_000;
  const next = (from: number) => ({ createdAt, next: { from, to: from + 3_600_000 } });
  expect(isUnderWay(next(2_000_000), 1_999_999)).toBe(false);
  expect(isUnderWay(next(2_000_000), 2_000_000)).toBe(true);
  expect(isUnderWay(next(createdAt), createdAt - 30_000)).toBe(true);
  expect(isUnderWay({ createdAt, next: null }, 2_000_000)).toBe(false);
});
