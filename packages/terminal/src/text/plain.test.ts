import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine, plain } from './plain.ts';

describe('text from outside', () => {
  it.each([
    ['colours', '\x1b[31mred\x1b[0m', 'red'],
    ['a move of the cursor', 'a\x1b[2J\x1b[Hb', 'ab'],
    ['a move by one C1 byte', 'a\x9b2Jb', 'ab'],
    ['a title', 'a\x1b]0;owned\x07b', 'ab'],
    ['a title with the other end', 'a\x1b]2;owned\x1b\\b', 'ab'],
    ['a title without an end', 'a\x1b]0;owned', 'a'],
    ['a device control string', 'a\x1bP+q544e\x1b\\b', 'ab'],
    ['a reset', 'a\x1bcb', 'ab'],
    ['a character set', 'a\x1b(0b', 'ab'],
    ['a bell and a backspace', 'a\x07\b\x7fb', 'ab'],
    ['a carriage return that would write over the line', 'real\rfake', 'real\nfake'],
    ['a turn of direction', 'a\u202egnp.exe', 'agnp.exe'],
    ['a half of a pair', 'a\ud83d', 'a\ufffd'],
    ['a tab', 'a\tb', 'a    b'],
    ['the end of a line', 'a\r\nb\u2028c', 'a\nb\nc'],
    ['what only looks like one', '[31m né à 5 € 👩‍🚀', '[31m né à 5 € 👩‍🚀'],
  ])('%s', (_, text, shown) => {
    expect(plain(text)).toBe(shown);
  });

  it('has no control character, whatever comes', () => {
    const nasty = fc.string({
      unit: fc.constantFrom('\x1b', '[', ']', '0', ';', 'm', '\x07', '\x9b', '\x9d', '\\', 'a', '\n', '\r', 'P', 'é'),
    });
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ unit: 'binary' })), text => {
        expect(plain(text)).not.toMatch(/(?!\n)\p{Cc}/u);
      }),
    );
  });

  it('stands in one line where there is but one', () => {
    expect(oneLine('a\nb\r\n\x1b[1mc\n')).toBe('a ↵ b ↵ c');
  });
});
