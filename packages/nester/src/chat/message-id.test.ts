import fc from 'fast-check';
import { validate, version } from 'uuid';
import { expect, it } from 'vitest';
import { messageIdOf, seqOfMessageId } from './message-id.ts';

const number48 = fc.nat({ max: 2 ** 48 - 1 });

it('makes UUIDv7s that tell their seq and stand in the order of time', () => {
  fc.assert(
    fc.property(number48, number48, (seq, at) => {
      const id = messageIdOf(seq, at);
      expect([validate(id), version(id), seqOfMessageId(id)]).toEqual([true, 7, seq]);
      expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(at);
    }),
  );
});

it('gives the same seq another id when it is given again', () => {
  const ids = new Set(Array.from({ length: 100 }, () => messageIdOf(7, 1_795_000_000_000)));
  expect(ids.size).toBeGreaterThan(95);
});

it.each([2 ** 48, -1, Number.NaN])('has no room for seq %d', seq => {
  expect(() => messageIdOf(seq, 0)).toThrow(RangeError);
});

it.each([-1, 8_640_000_000_000_000])('makes an id of whatever a date can be, such as %d', at => {
  expect(validate(messageIdOf(1, at))).toBe(true);
});
