import { expect, test } from 'vitest';
import { dayStart } from './days.ts';

test('a day begins at midnight here, and ends where the next one begins, whatever the clocks do between', () => {
  expect(dayStart('2026-11-22')).toBe(new Date(2026, 10, 22).getTime());
  expect(dayStart('2026-10-25', 1)).toBe(new Date(2026, 9, 26).getTime());
  expect(dayStart('2026-12-31', 1)).toBe(new Date(2027, 0, 1).getTime());
});

test('no day is no moment', () => {
  for (const text of [undefined, '', '22/11/2026', '2026-1-2', '1066-10-14']) expect(dayStart(text)).toBeUndefined();
});
