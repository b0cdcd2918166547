import { describe, expect, it } from 'vitest';
import { linesOf, wholeOf } from './input-lines.ts';

async function* pieces(...all: (string | number[])[]): AsyncGenerator<Buffer> {
  for (const piece of all) yield Buffer.from(piece as string);
}
const read = async (...all: (string | number[])[]) => {
  const lines = [];
  for await (const { number, text } of linesOf(pieces(...all))) lines.push([number, text]);
  return lines;
};

describe('lines of standard input', () => {
  it('come whole, however they are cut', async () => {
    expect(await read('a\nb', 'c\n', '\n', 'd')).toEqual([
      [1, 'a'],
      [2, 'bc'],
      [3, ''],
      [4, 'd'],
    ]);
    const bytes = [...Buffer.from('été\n👍')];
    expect(await read(...bytes.map(byte => [byte]))).toEqual([
      [1, 'été'],
      [2, '👍'],
    ]);
  });

  it('may be written on Windows', async () => {
    expect(await read('a\r\nb\r\n')).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(await read([0xe9, 0x74, 0xe9, 10], 'été')).toEqual([
      [1, 'été'],
      [2, 'été'],
    ]);
  });

  it('are none where there is nothing', async () => {
    expect(await read()).toEqual([]);
    expect(await read('\n')).toEqual([[1, '']]);
  });

  it('end, where one has no end', async () => {
    async function* endless() {
      yield Buffer.from('a\n');
      for (;;) yield Buffer.alloc(64 * 1024, 'x');
    }
    const lines = [];
    for await (const { number, text } of linesOf(endless())) lines.push([number, text.length > 16_000]);
    expect(lines).toEqual([
      [1, false],
      [2, true],
    ]);
    expect((await wholeOf(endless())).length).toBeGreaterThan(16_000);
  });

  it('are one text where all is wanted', async () => {
    expect(await wholeOf(pieces('a\r\n', '\nb\n\n'))).toBe('a\n\nb');
  });
});
