import { expect, test } from 'vitest';
import { fit } from './matching.ts';

const best = (typed: string, texts: string[]) =>
  texts
    .map(text => ({ text, score: fit(typed, text) }))
    .filter(each => each.score !== undefined)
    .sort((a, b) => b.score! - a.score!)
    .map(each => each.text);

test('the beginning comes before the beginning of a word, the middle, and scattered letters', () => {
  expect(best('de', ['mode', 'Anne Delmas', 'dev', 'dorée'])).toEqual(['dev', 'Anne Delmas', 'mode', 'dorée']);
});

test('accents and case do not count', () => {
  expect(fit('GENERAL', 'général')).toBeGreaterThan(3);
  expect(fit('géné', 'General')).toBeGreaterThan(3);
});

test('what does not fit is left out, and nothing typed fits everything', () => {
  expect(fit('xyz', 'dev')).toBeUndefined();
  expect(fit('', 'dev')).toBe(0);
});
