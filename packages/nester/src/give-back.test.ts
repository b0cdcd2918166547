import { expect, it } from 'vitest';
import { lookOut } from './give-back.ts';

const mb = 1024 * 1024;

/** Looks once for each share of work; answers after which looks memory was given back. */
function given(shares: number[], heap = { young: 32 * mb, used: 50 * mb }): number[] {
  let at = 0;
  const when: number[] = [];
  const look = lookOut({ utilisation: () => shares[at]!, heap: () => heap, collect: () => when.push(at) });
  for (at = 0; at < shares.length; at++) look();
  return when;
}

it('gives back once after a burst, when it has been quiet for two looks', () => {
  expect(given([0.9, 0.3, 0.01, 0.3, 0.01, 0.01, 0, 0])).toEqual([5]);
  expect(given([0.9, 0, 0, 0.9, 0, 0])).toEqual([2, 5]);
});

it('leaves a process alone that was never busy, whose young generation is small, or whose heap is large', () => {
  expect(given([0.3, 0, 0, 0.4, 0, 0])).toEqual([]);
  expect(given([0.9, 0, 0], { young: 8 * mb, used: 50 * mb })).toEqual([]);
  expect(given([0.9, 0, 0], { young: 32 * mb, used: 300 * mb })).toEqual([]);
});
