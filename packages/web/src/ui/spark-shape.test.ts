import { expect, test } from 'vitest';
import { sparkShape } from './spark-shape.ts';

test('the line breaks where nothing was measured, and loss stands from below', () => {
  const { line, bars } = sparkShape({ medianMs: [10, null, 5, 10], loss: [0, null, 1, 0.01] }, 80, 20);
  expect(line).toBe('M10 2.6h.1M50 10.8h.1L70 2.6');
  expect(bars).toBe('M50 20v-20M70 20v-3');
});

test('nothing measured is nothing drawn', () => {
  expect(sparkShape({ medianMs: [null, null], loss: [null, null] }, 80, 20)).toEqual({ line: '', bars: '' });
  expect(sparkShape({ medianMs: [], loss: [] }, 80, 20)).toEqual({ line: '', bars: '' });
});
