import { expect, it } from 'vitest';
import { replay } from './early-keys.ts';

it('letters are written behind what stands there, and taken back', () => {
  expect(replay(['g', 'é', 'Shift', '@', 'x', 'Backspace'], '#')).toEqual({ text: '#gé@', row: 0, entered: false });
  expect(replay(['😀', 'Backspace', 'Backspace'], '')).toEqual({ text: '', row: 0, entered: false });
});

it('arrows go to a row, letters back to the first', () => {
  expect(replay(['ArrowDown', 'ArrowDown', 'ArrowUp'], '')).toEqual({ text: '', row: 1, entered: false });
  expect(replay(['ArrowUp', 'ArrowDown', 'a'], '')).toEqual({ text: 'a', row: 0, entered: false });
});

it('what comes after Enter is for nobody', () => {
  expect(replay(['a', 'ArrowDown', 'Enter', 'b'], '')).toEqual({ text: 'a', row: 1, entered: true });
});
