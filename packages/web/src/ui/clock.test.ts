import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Clock } from './clock.ts';

describe('the clock of the page', () => {
  beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => vi.useRealTimers());

  it('ticks for all who listen, and rests while nobody does', () => {
    const clock = new Clock();
    const told = vi.fn();
    const leave = clock.subscribe(told);
    vi.advanceTimersByTime(20_000);
    expect(told).toHaveBeenCalledTimes(1);
    expect(clock.read()).toBe(1_020_000);
    leave();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('is right for what appears between two ticks', () => {
    const clock = new Clock();
    const told = vi.fn();
    clock.subscribe(told);
    vi.advanceTimersByTime(15_000);
    clock.subscribe(() => {});
    expect(clock.read()).toBe(1_015_000);
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('does not tick for each of a thousand that appear at once', () => {
    const clock = new Clock();
    const told = vi.fn();
    clock.subscribe(told);
    vi.advanceTimersByTime(5_000);
    for (let i = 0; i < 1_000; i += 1) clock.subscribe(() => {});
    expect(told).toHaveBeenCalledTimes(1);
  });
});
