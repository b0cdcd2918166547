import type { Language } from '@aerie/contract/errors';
import { en } from './en.ts';
import type { enAdministration } from './en-administration.ts';
import { fr } from './fr.ts';

/** Words that depend on a number: the forms that Intl.PluralRules names; `other` is always there. */
export type Plural = { one: string; other: string };
export type Entry = string | Plural;
/** A text's name. Those of administration come with its pages. */
export type Key = keyof typeof en | keyof typeof enAdministration;
type Dictionary = Partial<Record<Key, Entry>>;
export type Params = Record<string, string | number>;
export type Translate = (key: Key, params?: Params) => string;

const dictionaries: Record<Language, Dictionary> = { en: { ...en }, fr: { ...fr } };

/** Adds the words of a part that is loaded when it is opened. */
export function learn(words: Record<Language, Dictionary>): void {
  Object.assign(dictionaries.en, words.en);
  Object.assign(dictionaries.fr, words.fr);
}

/** French sets a space before : ; ? ! and inside guillemets, at which no line may break. */
function spaced(language: Language, text: string): string {
  return language === 'fr' ? text.replace(/ (?=[:;?!»])/g, '\u00a0').replace(/« /g, '«\u00a0') : text;
}

/** The function that says a text of the interface in a language. `count` in the params chooses the plural form. */
export function translator(language: Language): Translate {
  const dictionary = dictionaries[language];
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (key, params = {}) => {
    const found = dictionary[key] ?? key;
    const text = typeof found === 'string' ? found : plurals.select(Number(params.count)) === 'one' ? found.one : found.other;
    return spaced(language, text).replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = params[name];
      return typeof value === 'number' ? numbers.format(value) : String(value ?? '…');
    });
  };
}

/** The language to speak before anybody has logged in: the browser's first that we know. */
export function browserLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'fr' || primary === 'en') return primary;
  }
  return 'en';
}
