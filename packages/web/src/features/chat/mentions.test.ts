import { expect, test } from 'vitest';
import { stretches } from './mentions.ts';

const people = [
  { name: 'Ada', isMe: false },
  { name: 'Ada Lovelace', isMe: true },
  { name: "Aïda d'Orsay", isMe: false },
];
const marked = (text: string) =>
  stretches(text, people)
    .map(each => (each.named ? `[${each.text}]` : each.text))
    .join('');

test('the longest name that fits is marked, whatever its case, accents kept', () => {
  expect(marked('Salut @ada, et @ADA LOVELACE !')).toBe('Salut [@ada], et [@ADA LOVELACE] !');
  expect(marked("@aïda d'orsay @aïda d’orsay")).toBe("[@aïda d'orsay] [@aïda d’orsay]");
  expect(marked('@aida d’orsay')).toBe('@aida d’orsay');
});

test('words, addresses and longer names are not taken for somebody', () => {
  expect(marked('adresse x@ada.fr, a/@ada, @adamant, @ada-b')).toBe('adresse x@ada.fr, a/@ada, @adamant, @ada-b');
  expect(marked('(@ada) @ada. @ada')).toBe('([@ada]) [@ada]. [@ada]');
});

test('nothing of the text is lost', () => {
  for (const text of ['', '@', '@ada@ada', '@@ada', '@ada lovelace lovelace', '💥@ada💥', '@ada '.repeat(500)])
    expect(
      stretches(text, people)
        .map(each => each.text)
        .join(''),
    ).toBe(text);
});

test('only those whom the message names are marked', () => {
  expect(stretches('@ada', [])).toEqual([{ text: '@ada' }]);
});
