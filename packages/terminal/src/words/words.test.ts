import { AppError, errorCatalogue } from '@aerie/contract/errors';
import { describe, expect, it } from 'vitest';
import { commandNames } from '../chat/slash-commands.ts';
import { Failure } from '../failure.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { languageOf, wordsIn } from './words.ts';

const forms = (entry: string | { one: string; other: string }) => (typeof entry === 'string' ? [entry] : [entry.one, entry.other]);
const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();

describe('the words', () => {
  it.each(Object.keys(en) as (keyof typeof en)[])('%s is said in both languages, with the same parts', key => {
    const english = forms(en[key]);
    const french = forms(fr[key]);
    expect(french).toHaveLength(english.length);
    for (const [index, text] of french.entries()) {
      expect(text).not.toBe('');
      expect(holes(text)).toEqual(holes(english[index]!));
    }
  });

  it('explain every command of the input line', () => {
    for (const name of commandNames('admin')) for (const key of [`usage.${name}`, `does.${name}`]) expect(en).toHaveProperty([key]);
  });

  it('choose between one and several, and write numbers as the language does', () => {
    expect(wordsIn('en').say('screen.below', { count: 1 })).toBe('1 new below (PageDown)');
    expect(wordsIn('fr').say('screen.below', { count: 1 })).toBe('1 nouveau plus bas (PageDown)');
    expect(wordsIn('fr').say('screen.below', { count: 2 })).toBe('2 nouveaux plus bas (PageDown)');
    expect(wordsIn('en').say('message.tooLong', { count: 20_000, max: 16_000 })).toContain('20,000 characters');
  });

  it('set spaces that do not break, in French', () => {
    expect(wordsIn('fr').say('login.name')).toBe('Nom\u00a0: ');
  });

  it('say every error of the catalogue, and bring nothing harmful along', () => {
    for (const code of Object.keys(errorCatalogue) as (keyof typeof errorCatalogue)[]) {
      expect(wordsIn('fr').error(new AppError(code))).not.toBe('');
    }
    const hostile = '\u001b[2Jx\ny';
    expect(wordsIn('en').error(new AppError('not_found', { thing: hostile }))).toBe('There is no such x ↵ y. It may have been removed.');
    expect(wordsIn('en').error(new Failure('text.notFound', { name: hostile }))).toBe('There is no channel x ↵ y for you.');
    expect(wordsIn('en').error(new Error(hostile))).toBe('x ↵ y');
  });
});

describe('the language', () => {
  it.each([
    [undefined, {}, 'en'],
    [undefined, { LANG: 'fr_FR.UTF-8' }, 'fr'],
    [undefined, { LANG: 'fr_FR.UTF-8', LC_ALL: 'C' }, 'en'],
    [undefined, { LANG: 'en_GB.UTF-8', LC_MESSAGES: 'fr' }, 'fr'],
    [undefined, { LANG: 'de_DE.UTF-8' }, 'en'],
    ['en', { LANG: 'fr_FR.UTF-8' }, 'en'],
  ] as const)('%s in %o is %s', (wanted, env, language) => {
    expect(languageOf(wanted, env)).toBe(language);
  });
});
