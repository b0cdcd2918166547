import type { Language } from '@aerie/contract/errors';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { type Entry, type Params, sayer } from './say.ts';

export { browserLanguage, type Entry } from './say.ts';
export type Dictionary = Record<keyof typeof en, Entry>;
export type Key = keyof typeof en;
export type Translate = (key: Key, params?: Params) => string;

const dictionaries: Record<Language, Dictionary> = { en, fr };

/** The function that says a text of the interface in a language. `count` in the params chooses the plural form. */
export function translator(language: Language): Translate {
  return sayer(dictionaries[language], language);
}
