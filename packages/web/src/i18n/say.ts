import type { Language } from '@aerie/contract/errors';

/** Words that depend on a number: the forms that Intl.PluralRules names; `other` is always there. */
export type Plural = { one: string; other: string };
export type Entry = string | Plural;
export type Params = Record<string, string | number>;

/** French sets a space before : ; ? ! and inside guillemets, at which no line may break. */
function spaced(language: Language, text: string): string {
  return language === 'fr' ? text.replace(/ (?=[:;?!»])/g, '\u00a0').replace(/« /g, '«\u00a0') : text;
}

/** The function that says the texts of a dictionary in its language. `count` in the params chooses the plural form. */
export function sayer<K extends string>(
  dictionary: Readonly<Partial<Record<K, Entry>>>,
  language: Language,
): (key: K, params?: Params) => string {
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (key, params = {}) => {
    const found: Entry = dictionary[key] ?? key;
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
