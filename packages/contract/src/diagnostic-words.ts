import type { Language } from './errors.ts';

/** What came of a diagnostic, in the reader's language. `{x}` is filled from what the probe measured. */
const sentences = {
  answers: {
    en: '{received} of {sent} answers from {address}, median {ms} ms',
    fr: '{received} réponses sur {sent} de {address}, médiane {ms} ms',
  },
  no_answer: { en: 'no answer from {address}', fr: 'aucune réponse de {address}' },
  reached: { en: '{address} reached, hops: {hops}', fr: '{address} atteint, sauts : {hops}' },
  not_reached: { en: '{address} not reached within {hops} hops', fr: '{address} non atteint en {hops} sauts' },
  records: { en: '{name}, {type}: found {count}, in {ms} ms', fr: '{name}, {type} : trouvé {count}, en {ms} ms' },
  no_record: { en: '{name} has no {type} record', fr: '{name} n’a pas d’enregistrement {type}' },
  port_open: { en: 'port {port} of {address} is open, {ms} ms', fr: 'le port {port} de {address} est ouvert, {ms} ms' },
  port_closed: { en: 'port {port} of {address} is closed', fr: 'le port {port} de {address} est fermé' },
  port_filtered: { en: 'port {port} of {address} does not answer', fr: 'le port {port} de {address} ne répond pas' },
  fetched: { en: 'HTTP {status} in {ms} ms', fr: 'HTTP {status} en {ms} ms' },
  scanned: { en: 'devices up: {hosts}, open ports: {ports}', fr: 'équipements présents : {hosts}, ports ouverts : {ports}' },
  not_allowed: { en: 'the policy of the site does not allow {what}', fr: 'la politique du site ne permet pas {what}' },
  closed_hours: {
    en: 'the policy of the site allows no scan at this hour',
    fr: 'la politique du site ne permet pas de scan à cette heure',
  },
  no_such_name: { en: 'the name {name} has no address', fr: 'le nom {name} n’a pas d’adresse' },
  late: { en: 'it was not done within {seconds} s', fr: 'ce n’était pas fini après {seconds} s' },
  no_program: {
    en: 'not possible there: {program} is missing; install it with apt-get install {package}',
    fr: 'impossible là-bas : {program} manque ; installez-le avec apt-get install {package}',
  },
  full: { en: 'the probe does {count} already', fr: 'la sonde en fait déjà {count}' },
  failed: { en: 'it failed: {reason}', fr: 'échec : {reason}' },
  cancelled: { en: 'cancelled', fr: 'annulé' },
  lost: { en: 'the connection to the probe was lost meanwhile', fr: 'la connexion à la sonde a été perdue entre-temps' },
} satisfies Record<string, Record<Language, string>>;

type Saying = keyof typeof sentences;

/** A short name of a sentence and what stands in it; a name that is not known here is shown as it is. */
export interface DiagnosticSummary {
  say: string;
  with: Record<string, string | number>;
}

/** A summary whose sentence is known. */
export function summaryOf(say: Saying, values: DiagnosticSummary['with'] = {}): DiagnosticSummary {
  return { say, with: values };
}

/** The sentence of a summary. Text in it may come from the network: it is text, never markup. */
export function diagnosticSentence({ say, with: values }: DiagnosticSummary, language: Language): string {
  if (!Object.hasOwn(sentences, say)) return say;
  return sentences[say as Saying][language].replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = Object.hasOwn(values, key) ? values[key]! : '…';
    return typeof value === 'number' && !['port', 'status'].includes(key)
      ? new Intl.NumberFormat(language === 'fr' ? 'fr-FR' : 'en-GB', { maximumFractionDigits: value < 10 ? 2 : 1 }).format(value)
      : String(value);
  });
}
