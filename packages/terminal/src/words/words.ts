import { AppError, errorSentence, type Language } from '@aerie/contract/errors';
import { Failure } from '../failure.ts';
import { oneLine } from '../text/plain.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';

export type Key = keyof typeof en;
export type Params = Record<string, string | number>;
/** Each word in another language; one that depends on a number stays so. */
export type Dictionary = { readonly [K in Key]: (typeof en)[K] extends string ? string : { one: string; other: string } };

/** How the program speaks in one language. */
export interface Words {
  readonly language: Language;
  /** A text; `count` chooses between one and several. What stands in the params comes from outside and is made harmless. */
  say(key: Key, params?: Params): string;
  /** An error in one line, whatever it is. */
  error(error: unknown): string;
  /** "Ada, Bob and Chloé" */
  list(names: readonly string[]): string;
  /** "14:05" */
  clock(at: number): string;
  /** "Friday 21 November 2026" */
  day(at: number): string;
}

const dictionaries: Record<Language, Dictionary> = { en, fr };

/** The words of a language. */
export function wordsIn(language: Language): Words {
  const locale = language === 'fr' ? 'fr-FR' : 'en-GB';
  const plurals = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  const names = new Intl.ListFormat(locale);
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

  const say = (key: Key, params: Params = {}): string => {
    const entry: string | { one: string; other: string } = dictionaries[language][key];
    const text = typeof entry === 'string' ? entry : plurals.select(Number(params.count)) === 'one' ? entry.one : entry.other;
    return spaced(language, text).replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = params[name] ?? '…';
      return typeof value === 'number' ? numbers.format(value) : oneLine(value);
    });
  };
  return {
    language,
    say,
    error: error => {
      if (error instanceof AppError) return oneLine(errorSentence(error.code, error.params, language));
      if (error instanceof Failure) return say(error.key, error.params);
      return oneLine(error instanceof Error ? error.message : String(error));
    },
    list: all => names.format(all),
    clock: at => clock.format(at),
    day: at => capital(day.format(at)),
  };
}

/** The language that somebody wants: what they say, else what their environment says. */
export function languageOf(wanted: string | undefined, { LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Language {
  const tag = wanted || LC_ALL || LC_MESSAGES || LANG || 'en';
  return tag.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

/** French sets a space before : ; ? ! and inside guillemets, at which no line may break. */
function spaced(language: Language, text: string): string {
  return language === 'fr' ? text.replace(/ (?=[:;?!»])/g, '\u00a0').replace(/« /g, '«\u00a0') : text;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
