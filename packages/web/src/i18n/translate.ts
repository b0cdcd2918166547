import type { Language } from '@aerie/contract/errors';
import { en } from './en.ts';
import type { enAdministration } from './en-administration.ts';
import type { enBackups } from './en-backups.ts';
import type { enDevices } from './en-devices.ts';
import type { enIncidentPages } from './en-incident-pages.ts';
import type { enMaintenance } from './en-maintenance.ts';
import type { enPolicy } from './en-policy.ts';
import type { enSitePages } from './en-site-pages.ts';
import type { enSites } from './en-sites.ts';
import type { enTelling } from './en-telling.ts';
import { fr } from './fr.ts';
import { type Entry, type Params, sayer } from './say.ts';

export { browserLanguage, type Entry } from './say.ts';
/** A text's name. Those of administration, of the sites and of the incidents’ timelines come with their pages. */
export type Key =
  | keyof typeof en
  | keyof typeof enAdministration
  | keyof typeof enBackups
  | keyof typeof enSites
  | keyof typeof enSitePages
  | keyof typeof enPolicy
  | keyof typeof enDevices
  | keyof typeof enIncidentPages
  | keyof typeof enMaintenance
  | keyof typeof enTelling;
type Dictionary = Partial<Record<Key, Entry>>;
export type Translate = (key: Key, params?: Params) => string;

const dictionaries: Record<Language, Dictionary> = { en: { ...en }, fr: { ...fr } };

/** Adds the words of a part that is loaded when it is opened. */
export function learn(words: Record<Language, Dictionary>): void {
  Object.assign(dictionaries.en, words.en);
  Object.assign(dictionaries.fr, words.fr);
}

/** The function that says a text of the interface in a language. `count` in the params chooses the plural form. */
export function translator(language: Language): Translate {
  return sayer<Key>(dictionaries[language], language);
}
