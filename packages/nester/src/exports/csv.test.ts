import { parse } from 'csv-parse/sync';
import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { expect, it } from 'vitest';
import { csvRows, disarmed } from './csv.ts';

it.each([
  ['=1+1', "'=1+1"],
  ['+33 6', "'+33 6"],
  ['-2', "'-2"],
  ['@sum', "'@sum"],
  ['\tx', "'\tx"],
  ['\rx', "'\rx"],
  ['  =1', "'  =1"],
  ['"=1', '\'"=1'],
  ["'=1", "''=1"],
  ['\u00a0=1', "'\u00a0=1"],
  ['＝1', "'＝1"],
  // A French spreadsheet cuts at semicolons.
  ['a;=1', "a;'=1"],
  ['a ; "=1', 'a ; "\'=1'],
  ['a\n=1', "a\n'=1"],
])('disarms %j', (text, cell) => {
  expect(disarmed(text)).toBe(cell);
});

it.each(['', 'Bonjour', 'a=b', 'a - b', '1, 2', 'x@y.fr', '"quoted"', 'a\nb', 'a;b', "l'été", '🙂 =)'])('leaves %j as it is', text => {
  expect(disarmed(text)).toBe(text);
});

const nasty = array(
  oneof(constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ';', ',', '"', "'", ' ', 'a', '＝'), string({ maxLength: 2 })),
  {
    maxLength: 12,
  },
).map(parts => parts.join(''));

it('leaves no cell that begins a formula, wherever a spreadsheet cuts', () => {
  assert(
    property(array(nasty, { minLength: 1, maxLength: 4 }), cells => {
      const text = csvRows([cells]);
      const read = (parse(text, { relax_column_count: true }) as string[][])[0] ?? [''];
      expect(read).toEqual(cells.map(disarmed));
      const pieces = text.split(/[;\t\r\n]/).concat(read);
      for (const piece of pieces) expect(piece).not.toMatch(/^[\s"]*[=+\-@＝＋－＠]/u);
    }),
  );
});

it('takes no time for a long text of blanks', () => {
  const startedAt = performance.now();
  disarmed(`a${' \n'.repeat(8_000)}a`.repeat(4));
  expect(performance.now() - startedAt).toBeLessThan(500);
});
