import type { Language } from '@aerie/contract';

/** What was done: what the others in the room are told. */
export type Deed =
  | { do: 'kick'; name: string; reason: string }
  | { do: 'mute' | 'ban'; name: string; minutes: number; reason: string }
  | { do: 'unmute' | 'unban'; name: string }
  | { do: 'ban address'; minutes: number; reason: string }
  | { do: 'unban address' };

/**
 * The sentence that says it. How long, not until when: readers sit in other time zones. No address: whose it is, others
 * need not know, and the audit does.
 * @param by undefined for the machine's own administrator
 */
export function deedSentence(deed: Deed, by: string | undefined, language: Language): string {
  const who = by ?? (language === 'fr' ? 'Un administrateur' : 'An administrator');
  const because = 'reason' in deed && deed.reason !== '' ? ` (${deed.reason})` : '';
  const time = 'minutes' in deed ? duration(deed.minutes, language) : '';
  const name = 'name' in deed ? deed.name : '';
  const sentences: Record<Deed['do'], Record<Language, string>> = {
    kick: { en: `${who} put ${name} out${because}.`, fr: `${who} a exclu ${name}${because}.` },
    mute: {
      en: `${who} muted ${name} for ${time}${because}.`,
      fr: `${who} a privé ${name} de parole pour ${time}${because}.`,
    },
    unmute: { en: `${who} let ${name} write again.`, fr: `${who} a rendu la parole à ${name}.` },
    ban: { en: `${who} banned ${name} for ${time}${because}.`, fr: `${who} a banni ${name} pour ${time}${because}.` },
    unban: { en: `${who} let ${name} in again.`, fr: `${who} a levé le bannissement de ${name}.` },
    'ban address': {
      en: `${who} banned a network address for ${time}${because}.`,
      fr: `${who} a banni une adresse réseau pour ${time}${because}.`,
    },
    'unban address': {
      en: `${who} let a network address in again.`,
      fr: `${who} a levé le bannissement d'une adresse réseau.`,
    },
  };
  return sentences[deed.do][language];
}

/** Minutes as people say them: `1 heure et 30 minutes`. Longer than a week, in whole days. */
export function duration(minutes: number, language: Language): string {
  const day = 24 * 60;
  const rounded = minutes > 7 * day ? Math.round(minutes / day) * day : minutes;
  const parts: [number, 'day' | 'hour' | 'minute'][] = [
    [Math.floor(rounded / day), 'day'],
    [Math.floor((rounded % day) / 60), 'hour'],
    [rounded % 60, 'minute'],
  ];
  const words = parts
    .filter(([n]) => n > 0)
    .map(([n, unit]) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(n));
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(words);
}
