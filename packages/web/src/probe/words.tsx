import { type ErrorCode, type ErrorParams, errorCatalogue, errorSentence, type Language } from '@aerie/contract/errors';
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { kept } from '../app/kept.ts';
import { createStore, useStore } from '../app/store.ts';
import { enPlaces } from '../i18n/en-places.ts';
import { enProbe } from '../i18n/en-probe.ts';
import { enSites } from '../i18n/en-sites.ts';
import { type Figures, figuresOf } from '../i18n/figures.ts';
import { frPlaces } from '../i18n/fr-places.ts';
import { frProbe } from '../i18n/fr-probe.ts';
import { frSites } from '../i18n/fr-sites.ts';
import { browserLanguage, type Params, sayer } from '../i18n/say.ts';
import { type Times, timesIn } from '../i18n/times.ts';

const dictionaries = { en: { ...enPlaces, ...enSites, ...enProbe }, fr: { ...frPlaces, ...frSites, ...frProbe } };
type Key = keyof (typeof dictionaries)['en'];

interface Words {
  language: Language;
  t: (key: Key, params?: Params) => string;
  times: Times;
  figures: Figures;
  /** The sentence for whatever an act was refused with. */
  sentence(error: unknown): string;
  list(items: readonly string[]): string;
}

const WordsContext = createContext<Words | undefined>(undefined);

/** The language of this browser, or the one that was chosen in it. */
const chosen = createStore<Language>('en');

export function chooseLanguage(language: Language): void {
  kept.write('probe-language', language);
  chosen.set(language);
}

function wordsIn(language: Language): Words {
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  return {
    language,
    t: sayer<Key>(dictionaries[language], language),
    times: timesIn(language),
    figures: figuresOf(language),
    sentence: error => {
      const { code, params } = (error ?? {}) as { code?: unknown; params?: ErrorParams };
      if (code === 'login_failed') return sayer(dictionaries[language], language)('gate.wrong');
      if (typeof code === 'string' && Object.hasOwn(errorCatalogue, code)) return errorSentence(code as ErrorCode, params, language);
      return sayer(dictionaries[language], language)('local.awayText');
    },
    list: items => list.format(items),
  };
}

/** Speaks one language to everything below it, and says so to the document. */
export function WordsProvider({ children }: { children: ReactNode }) {
  const language = useStore(chosen);
  const words = useMemo(() => wordsIn(language), [language]);
  useEffect(() => {
    const before = kept.read('probe-language');
    chosen.set(before === 'fr' || before === 'en' ? before : browserLanguage(navigator.languages));
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <WordsContext value={words}>{children}</WordsContext>;
}

/** The texts, times and figures of the language in use. */
export function useWords(): Words {
  const words = useContext(WordsContext);
  if (!words) throw new Error('useWords outside WordsProvider');
  return words;
}
