import { expect, it } from 'vitest';
import { type Stretch, wayUp } from './clear-place.ts';

const stands: Stretch = { top: 780, bottom: 824 };
/** Where it stands in the end. */
const end = (...taken: Stretch[]) => stands.top - wayUp(stands, taken);

it('what covers no field stays where it stands', () => {
  expect(end()).toBe(780);
  expect(end({ top: 700, bottom: 772 }, { top: 832, bottom: 900 })).toBe(780);
});

it('it goes up above a field, and above the next where it finds no room between', () => {
  expect(end({ top: 790, bottom: 830 })).toBe(738);
  expect(end({ top: 700, bottom: 760 }, { top: 790, bottom: 830 })).toBe(648);
  expect(end({ top: 790, bottom: 830 }, { top: 600, bottom: 680 })).toBe(738);
});

it('a field within another stretch, or a keyboard, changes nothing of that', () => {
  expect(end({ top: 700, bottom: 760 }, { top: 690, bottom: 840 })).toBe(638);
  expect(end({ top: 500, bottom: Number.POSITIVE_INFINITY })).toBe(448);
});

it('it never leaves the window', () => {
  expect(end({ top: 0, bottom: 844 })).toBe(8);
  expect(wayUp({ top: 2, bottom: 40 }, [{ top: 0, bottom: 844 }])).toBe(0);
});
