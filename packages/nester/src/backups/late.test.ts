import { describe, expect, it } from 'vitest';
import { isLate, newestOf } from './late.ts';

const hour = 3_600_000;
const now = 1_000 * hour;
const times = { now, backups: [{ at: now - 2 * hour }, { at: now - hour }], watchedSince: 0, lateAfterHours: 3 };

describe('a backup is late', () => {
  it('when the newest one is older than it may be', () => {
    expect(isLate(times)).toBe(false);
    expect(isLate({ ...times, backups: [{ at: now - 3 * hour }] })).toBe(false);
    expect(isLate({ ...times, backups: [{ at: now - 3 * hour - 1 }, { at: now - 9 * hour }] })).toBe(true);
  });

  it('when none came in that time since the watch began', () => {
    expect(isLate({ ...times, backups: [], watchedSince: now - 3 * hour })).toBe(false);
    expect(isLate({ ...times, backups: [], watchedSince: now - 3 * hour - 1 })).toBe(true);
  });

  it('not at once on a machine where old backups lie when the watch begins', () => {
    expect(isLate({ ...times, backups: [{ at: now - 900 * hour }], watchedSince: now })).toBe(false);
  });

  it('never when nobody wants to be told', () => {
    expect(isLate({ ...times, backups: [], lateAfterHours: 0 })).toBe(false);
  });

  it('also when a wrong clock has named one that is still to come', () => {
    const ahead = { at: now + 500 * hour };
    expect(isLate({ ...times, backups: [ahead, { at: now - 4 * hour }] })).toBe(true);
    expect(newestOf([ahead, { at: 7 }], now)).toEqual({ at: 7 });
    expect(newestOf([ahead], now)).toBeUndefined();
  });

  it('not because a clock was set back a little', () => {
    expect(isLate({ ...times, backups: [{ at: now + 60_000 }] })).toBe(false);
  });
});
