import { expect, test } from 'vitest';
import { completed, suggestions, wantedAt } from './suggesting.ts';

const at = (text: string) => wantedAt(text, text.length);

test('a name is wanted after an @ that begins a word', () => {
  expect(at('@')).toEqual({ kind: 'mention', from: 0, typed: '' });
  expect(at('salut (@ad')).toEqual({ kind: 'mention', from: 7, typed: 'ad' });
  expect(at('un\n@ada lov')).toEqual({ kind: 'mention', from: 3, typed: 'ada lov' });
  expect(at('« @ad')).toEqual({ kind: 'mention', from: 2, typed: 'ad' });
  expect(at('"@ad')).toEqual({ kind: 'mention', from: 1, typed: 'ad' });
  for (const text of ['x@ada', 'é@ada', 'a/@ada', '@@ada']) expect(at(text), text).toBeUndefined();
  expect(at('@ rien')).toBeUndefined();
  expect(wantedAt('@ada et @bo', 4)).toEqual({ kind: 'mention', from: 0, typed: 'ada' });
});

test('a command is wanted at the beginning, then what belongs to it', () => {
  expect(at('/')).toEqual({ kind: 'command', from: 0, typed: '' });
  expect(at('/jo')).toEqual({ kind: 'command', from: 0, typed: 'jo' });
  expect(at('//jo')).toBeUndefined();
  expect(at('/etc/passwd')).toBeUndefined();
  expect(at('/msg ')).toEqual({ kind: 'person', from: 5, typed: '' });
  expect(at('/mute @Ada Lo')).toEqual({ kind: 'person', from: 7, typed: 'Ada Lo' });
  expect(at('/ping s0')).toEqual({ kind: 'site', from: 6, typed: 's0' });
  expect(at('/ping S01 10.0')).toBeUndefined();
  expect(at('/join #de')).toEqual({ kind: 'channel', from: 7, typed: 'de' });
});

test('what begins like it comes first; a complete name with a space behind it is not offered again', () => {
  const names = ['Bo', 'Ada', 'Ada Lovelace', 'Clara Adam', 'Radar'];
  const offered = (typed: string) => suggestions(names, typed, name => name, 8);
  expect(offered('')).toEqual(names);
  expect(offered('ad')).toEqual(['Ada', 'Ada Lovelace', 'Clara Adam']);
  expect(offered('ada ')).toEqual(['Ada Lovelace']);
  expect(offered('bo ')).toEqual([]);
  expect(offered('xyz')).toEqual([]);
});

test('a choice takes the place of what was typed, with one space behind it', () => {
  expect(completed('salut @ad !', 9, { kind: 'mention', from: 6, typed: 'ad' }, '@Ada')).toEqual({ text: 'salut @Ada !', caret: 11 });
  expect(completed('/jo', 3, { kind: 'command', from: 0, typed: 'jo' }, '/join')).toEqual({ text: '/join ', caret: 6 });
});
