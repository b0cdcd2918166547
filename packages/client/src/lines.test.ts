import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from './lines.ts';

test('a line comes out once its end is there', () => {
  const lines = new LineSplitter();
  expect(lines.push('{"a":')).toEqual([]);
  expect(lines.push('1}\n{"b"')).toEqual(['{"a":1}']);
  expect(lines.push(':2}\r\n\n\r\n')).toEqual(['{"b":2}']);
});

test('whatever the cuts, the lines are the same', () => {
  const line = fc.string({ minLength: 1, unit: 'grapheme' }).filter(text => text.trim() === text && !/[\r\n]/.test(text));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(200)), (texts, cuts) => {
      const stream = texts.map(text => `${text}\n`).join('');
      const lines = new LineSplitter();
      const bounds = [0, ...cuts.map(cut => Math.min(cut, stream.length)).sort((a, b) => a - b), stream.length];
      expect(bounds.slice(1).flatMap((end, index) => lines.push(stream.slice(bounds[index], end)))).toEqual(texts);
    }),
  );
});
