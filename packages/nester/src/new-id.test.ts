import { validate, version } from 'uuid';
import { afterEach, expect, it, vi } from 'vitest';
import { newId } from './new-id.ts';

afterEach(() => void vi.useRealTimers());

it('makes UUIDv7s, each greater than the one before, also within a millisecond and when the clock is set back', () => {
  vi.useFakeTimers({ now: Date.now() + 1_000 });
  const ids = Array.from({ length: 3_000 }, () => newId());
  vi.setSystemTime(Date.now() - 3_600_000);
  ids.push(...Array.from({ length: 10 }, () => newId()));
  expect(ids.every(id => validate(id) && version(id) === 7)).toBe(true);
  expect(ids).toEqual([...new Set(ids)].sort());
});
