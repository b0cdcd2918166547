import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Key, KeyDecoder } from './keys.ts';

const esc = '\u001b';
const short = (key: Key) => (key.kind === 'key' ? `<${key.name}>` : key.kind === 'paste' ? `paste(${key.text})` : key.text);
const keys = (...pieces: string[]) => {
  const decoder = new KeyDecoder();
  return pieces.flatMap(piece => decoder.push(piece)).map(short);
};

describe('keys', () => {
  it.each([
    ['letters of any kind', 'é日👍', ['é日👍']],
    ['a line', 'ab\r', ['ab', '<enter>']],
    ['both backspaces', '\u007f\b', ['<backspace>', '<backspace>']],
    ['control letters', '\u0001\u0005\u000b\u0015\u0017', ['<ctrl-a>', '<ctrl-e>', '<ctrl-k>', '<ctrl-u>', '<ctrl-w>']],
    ['arrows, both ways to send them', `${esc}[A${esc}OB`, ['<up>', '<down>']],
    ['home and end, three ways', `${esc}[H${esc}[1~${esc}OH${esc}[F${esc}[4~`, ['<home>', '<home>', '<home>', '<end>', '<end>']],
    ['pages and delete', `${esc}[5~${esc}[6~${esc}[3~`, ['<pageup>', '<pagedown>', '<delete>']],
    ['what is held', `${esc}[1;3A${esc}[1;5C${esc}b`, ['<alt-up>', '<ctrl-right>', '<alt-b>']],
    ['tab, both ways', `\t${esc}[Z`, ['<tab>', '<shift-tab>']],
    ['focus', `${esc}[I${esc}[O`, ['<focus>', '<blur>']],
    ['a sequence that nobody knows', `a${esc}[?25;1$yb`, ['a', 'b']],
    ['a paste of several lines, as one', `${esc}[200~a\r\nb\n${esc}[201~c`, ['paste(a\nb)', 'c']],
    ['what is in a paste does nothing', `${esc}[200~${esc}[A\u0003x\rq${esc}[201~`, ['paste(x\nq)']],
  ])('%s', (_, typed, expected) => {
    expect(keys(typed)).toEqual(expected);
    // The same, when every character comes alone.
    expect(keys(...typed).join('')).toEqual(expected.join(''));
  });

  it('are the same however the bytes are cut, whatever they are', () => {
    const unit = fc.constantFrom(esc, '[', 'O', '1', '200', ';', '~', 'A', 'é', '👍', '\r', '\u0001', '201', 'm', ' ', '\u009b');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), typed => {
        expect(keys(...typed).join('')).toBe(keys(typed).join(''));
      }),
      { numRuns: 2_000 },
    );
  });

  it('knows Escape alone from the beginning of a sequence', () => {
    const decoder = new KeyDecoder();
    expect(decoder.push(esc)).toEqual([]);
    expect(decoder.waits).toBe(true);
    expect(decoder.flush().map(short)).toEqual(['<escape>']);
    expect(decoder.push('a').map(short)).toEqual(['a']);
  });

  it('loses nothing after the beginning of a sequence that has no end', () => {
    const decoder = new KeyDecoder();
    expect(decoder.push(`${esc}[1`)).toEqual([]);
    expect(decoder.flush()).toEqual([]);
    expect(decoder.push('a').map(short)).toEqual(['a']);
  });
});
