import { expect, test } from 'vitest';
import { certificateState, sureness } from './identity.ts';

test('a confidence is a word', () => {
  expect([1, 0.95, 0.9, 0.6, 0.2, 0].map(sureness)).toEqual(['sure', 'sure', 'likely', 'perhaps', 'guess', 'guess']);
});

test('a certificate is good, over soon, or over', () => {
  const day = 86_400_000;
  expect([100 * day, 21 * day, day, 0, -day].map(left => certificateState(1_000 * day + left, 1_000 * day))).toEqual([
    'good',
    'soon',
    'soon',
    'over',
    'over',
  ]);
});
