import { describe, expect, it } from 'vitest';
import { fit, pad, widthOf } from './width.ts';
import { wrap } from './wrap.ts';

describe('the columns of a text', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['Général', 7],
    ['Général'.normalize('NFD'), 7],
    ['日本語', 6],
    ['한국', 4],
    ['ｆｕｌｌ', 8],
    ['👍', 2],
    ['👩‍🚀', 2],
    ['🇫🇷', 2],
    ['❤️', 2],
    ['● ◐ ▲', 5],
    ['12 €', 4],
  ])('%s', (text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });

  it('fits text by columns, not by characters', () => {
    expect(fit('日本語', 6)).toBe('日本語');
    expect(fit('日本語', 5)).toBe('日本…');
    expect(fit('日本語', 4)).toBe('日…');
    expect(fit('abc', 0)).toBe('');
    expect(pad('日本', 6)).toBe('日本  ');
  });
});

describe('wrapping', () => {
  it('breaks between words', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
  });

  it('breaks a word only where it fills a line alone', () => {
    expect(wrap('an incomprehensible word', 8)).toEqual(['an', 'incompre', 'hensible', 'word']);
  });

  it('keeps ends of lines, blank lines and indentation', () => {
    expect(wrap('a\n\n  b', 10)).toEqual(['a', '', '  b']);
  });

  it('counts columns: wide characters and emoji take two', () => {
    expect(wrap('日本語日本語', 5)).toEqual(['日本', '語日', '本語']);
    expect(wrap('👩‍🚀👩‍🚀👩‍🚀', 4)).toEqual(['👩‍🚀👩‍🚀', '👩‍🚀']);
  });

  it('does not break before French punctuation', () => {
    expect(wrap('Vraiment\u00a0? Oui', 10)).toEqual(['Vraiment\u00a0?', 'Oui']);
    expect(wrap('C’est bien\u00a0!', 11)).toEqual(['C’est', 'bien\u00a0!']);
  });

  it('never goes beyond the columns', () => {
    const text = 'Été 日本 👍 mot-très-très-long, aïe\u00a0! fin';
    for (let columns = 2; columns < 40; columns++) {
      for (const line of wrap(text, columns)) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      expect(wrap(text, columns).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }
  });
});
