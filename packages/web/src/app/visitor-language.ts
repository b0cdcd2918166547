import type { Language } from '@aerie/contract/errors';
import { createStore } from './store.ts';

/** The language that somebody chose before logging in; afterwards their own setting holds. */
export const visitorLanguage = createStore<Language | undefined>(undefined);
