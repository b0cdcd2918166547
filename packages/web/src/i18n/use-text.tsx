import { type ErrorCode, type ErrorParams, errorCatalogue, errorSentence, type Language } from '@aerie/contract/errors';
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { type Times, timesIn } from './times.ts';
import { type Translate, translator } from './translate.ts';

export interface Text {
  language: Language;
  t: Translate;
  times: Times;
  /** The sentence for whatever a call was rejected with. */
  sentence(error: unknown): string;
  /** "Alice, Bob and Chloé" */
  list(names: readonly string[]): string;
  /** Sorts names as a dictionary of this language does. */
  compare(a: string, b: string): number;
}

const TextContext = createContext<Text | undefined>(undefined);

function textIn(language: Language): Text {
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  const collator = new Intl.Collator(language, { sensitivity: 'base', numeric: true });
  return {
    language,
    t: translator(language),
    times: timesIn(language),
    sentence: error => {
      const { code, params } = (error ?? {}) as { code?: unknown; params?: ErrorParams };
      if (typeof code === 'string' && Object.hasOwn(errorCatalogue, code)) return errorSentence(code as ErrorCode, params, language);
      return errorSentence('connection_lost', {}, language);
    },
    list: names => list.format(names),
    compare: collator.compare,
  };
}

/** Speaks one language to everything below it, and says so to the document. */
export function TextProvider({ language, children }: { language: Language; children: ReactNode }) {
  const text = useMemo(() => textIn(language), [language]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <TextContext value={text}>{children}</TextContext>;
}

/** The texts, times and sentences of the language in use. */
export function useText(): Text {
  const text = useContext(TextContext);
  if (!text) throw new Error('useText outside TextProvider');
  return text;
}
