import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Clock } from './clock.ts';

describe('the clock of the page', () => {
  beforeEach(() => vi.useFakeTimers({ now: 1_000_000, toFake: ['Date', 'setInterval', 'clearInterval'] }));
  afterEach(() => vi.useRealTimers());

  it('ticks for all who listen, and rests while nobody does', async () => {
    const clock = new Clock();
    const told = vi.fn();
    const leave = clock.subscribe(told);
    await Promise.resolve();
    told.mockClear();
    vi.advanceTimersByTime(20_000);
    expect(told).toHaveBeenCalledTimes(1);
    expect(clock.read()).toBe(1_020_000);
    leave();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('is right to the millisecond for what appears between two ticks', async () => {
    const clock = new Clock();
    clock.subscribe(() => {});
    await Promise.resolve();
    const told = vi.fn();
    vi.advanceTimersByTime(300);
    clock.subscribe(told);
    await Promise.resolve();
    expect(clock.read()).toBe(1_000_300);
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('ticks once for a thousand that appear at once', async () => {
    const clock = new Clock();
    const told = vi.fn();
    clock.subscribe(told);
    await Promise.resolve();
    told.mockClear();
    for (let i = 0; i < 1_000; i += 1) clock.subscribe(() => {});
    await Promise.resolve();
    expect(told).toHaveBeenCalledTimes(1);
  });
});
