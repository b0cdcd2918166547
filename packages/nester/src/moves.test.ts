import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Move, Moves } from './moves.ts';

function moves() {
  const now = new Map<string, string>();
  const told: (Move<string> & { at: number })[] = [];
  const tells: number[] = [];
  const list = new Moves<string>({
    gatherMs: () => 50,
    everyMs: 1_000,
    stateOf: key => now.get(key),
    tell(moved) {
      tells.push(performance.now());
      told.push(...moved.map(one => ({ ...one, at: performance.now() })));
    },
  });
  const set = (key: string, state: string | undefined) => {
    if (state === undefined) now.delete(key);
    else now.set(key, state);
    list.touch(key);
  };
  return { list, told, tells, now, set };
}

describe('Moves', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells those who move within a moment together', () => {
    const { set, told, tells } = moves();
    set('a', 'here');
    vi.advanceTimersByTime(30);
    set('b', 'away');
    vi.advanceTimersByTime(20);
    expect(tells).toHaveLength(1);
    expect(told).toMatchObject([
      { key: 'a', before: undefined, state: 'here' },
      { key: 'b', before: undefined, state: 'away' },
    ]);
  });

  it('tells somebody who changes twenty times a second once a second, and how it ended', () => {
    const { set, told, now } = moves();
    for (let i = 0; i < 100; i++) {
      set('a', `state ${i}`);
      vi.advanceTimersByTime(50);
    }
    expect(told.length).toBeLessThanOrEqual(6);
    set('b', 'here');
    vi.advanceTimersByTime(50);
    // The others do not wait for that one.
    expect(told.at(-1)).toMatchObject({ key: 'b' });
    vi.advanceTimersByTime(1_000);
    expect(told.filter(one => one.key === 'a').at(-1)).toMatchObject({ state: now.get('a') });
  });

  it('whatever changes when: what was told last is how it is, and nobody is told of more often than may be', () => {
    const change = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      state: fc.constantFrom('here', 'away', undefined),
      waitMs: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), changes => {
        const { list, set, told, now } = moves();
        for (const { key, state, waitMs } of changes) {
          set(key, state);
          vi.advanceTimersByTime(waitMs);
        }
        vi.advanceTimersByTime(1_100);
        expect(Object.fromEntries(list.told)).toEqual(Object.fromEntries(now));
        for (const key of ['a', 'b', 'c']) {
          const own = told.filter(one => one.key === key);
          own.forEach((one, i) => {
            expect(one.state).not.toBe(one.before);
            expect(one.before).toBe(own[i - 1]?.state);
            if (i > 0) expect(one.at - own[i - 1]!.at).toBeGreaterThanOrEqual(1_000);
          });
        }
        list.stop();
      }),
    );
  });
});
