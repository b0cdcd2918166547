import { firstPolicy } from '@aerie/contract/reports';
import { describe, expect, test } from 'vitest';
import { nextLook } from './policy-schedule.ts';

const minute = 60_000;
const policy = { ...firstPolicy, scanEveryMs: 5 * minute, sweepEveryMs: minute };
const noon = Date.UTC(2026, 10, 21, 12);
const atNight = { ...policy, windows: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '06:00' }] };

describe('what is looked at next', () => {
  test('is everything at first, then sweeps, then everything again', () => {
    expect(nextLook(policy, { fullAt: null, lookAt: null }, noon)).toEqual({ kind: 'full', inMs: 0 });
    expect(nextLook(policy, { fullAt: noon, lookAt: noon }, noon + 10_000)).toEqual({ kind: 'sweep', inMs: 50_000 });
    expect(nextLook(policy, { fullAt: noon, lookAt: noon + 4 * minute }, noon + 4 * minute)).toEqual({ kind: 'full', inMs: minute });
    expect(nextLook(policy, { fullAt: noon, lookAt: noon }, noon + 60 * minute)).toEqual({ kind: 'full', inMs: 0 });
  });

  test('is everything only, where sweeps are no more often', () => {
    const rare = { ...policy, sweepEveryMs: 5 * minute };
    expect(nextLook(rare, { fullAt: noon, lookAt: noon }, noon)).toEqual({ kind: 'full', inMs: 5 * minute });
  });

  test('is nothing but the WAN until a window opens', () => {
    expect(nextLook(atNight, { fullAt: null, lookAt: null }, noon)).toEqual({ kind: 'sweep', inMs: 0 });
    expect(nextLook(atNight, { fullAt: null, lookAt: noon }, noon)).toEqual({ kind: 'sweep', inMs: minute });
    const before = Date.UTC(2026, 10, 21, 21, 59, 30);
    expect(nextLook(atNight, { fullAt: noon, lookAt: before }, before)).toEqual({ kind: 'full', inMs: 30_000 });
    const never = { ...atNight, zone: 'Mars/Base' };
    expect(nextLook(never, { fullAt: null, lookAt: noon }, noon).kind).toBe('sweep');
  });

  test('is not put off by a clock that was set back', () => {
    const ahead = noon + 600 * minute;
    expect(nextLook(policy, { fullAt: ahead, lookAt: ahead }, noon)).toEqual({ kind: 'sweep', inMs: minute });
  });
});
