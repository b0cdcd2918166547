import { expect, it } from 'vitest';
import { Turnstile } from './turnstile.ts';

it('lets some through at once, the others one after the other in their order, and forgives a pause', () => {
  const clock = { now: 5_000 };
  const turnstile = new Turnstile({ perSecond: 100, atOnce: 3, now: () => clock.now });
  const passes = (count: number) => Array.from({ length: count }, () => turnstile.pass());
  expect(passes(6)).toEqual([0, 0, 0, 10, 20, 30]);
  clock.now += 15;
  expect(passes(2)).toEqual([25, 35]);
  clock.now += 10_000;
  expect(passes(5)).toEqual([0, 0, 0, 10, 20]);
});
