import { errorCatalogue, type Language } from './errors.ts';

/** Why something was not told. What a server that is not ours said stands for itself, in its own words. */
const troubles = {
  route_removed: { en: 'the route was removed', fr: 'la destination a été supprimée' },
  route_off: { en: 'the route was turned off', fr: 'la destination a été désactivée' },
  no_mail_server: {
    en: 'no mail server is set: an administrator sets one',
    fr: 'aucun serveur de messagerie : un administrateur en règle un',
  },
  refused_for: { en: 'refused for {addresses}', fr: 'refusé pour {addresses}' },
  no_secret: { en: 'this webhook has no secret: give it a new one', fr: 'ce webhook n’a pas de secret : donnez-lui-en un nouveau' },
  redirects: {
    en: 'it answered {status}: redirects are not followed, name the final address',
    fr: 'réponse {status} : les redirections ne sont pas suivies, indiquez l’adresse finale',
  },
  answered: { en: 'it answered {status}', fr: 'réponse {status}' },
  no_answer: { en: 'no answer within {seconds} s', fr: 'pas de réponse en {seconds} s' },
  no_channel: {
    en: 'there is no channel #{channel}: make it, then it will be told there',
    fr: 'il n’y a pas de canal #{channel} : créez-le, et l’annonce y sera faite',
  },
  channel_gone: { en: 'the channel is not there any more', fr: 'le canal n’existe plus' },
  stopping: { en: 'Aerie is stopping', fr: 'Aerie s’arrête' },
} satisfies Record<string, Record<Language, string>>;

export type DeliveryTrouble = keyof typeof troubles;

/** What is kept of a trouble, and what a program reads: English. */
export function deliveryTrouble(trouble: DeliveryTrouble, params: Record<string, string | number> = {}): string {
  return troubles[trouble].en.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '…'));
}

/** The `error` of a delivery in the reader’s language; a server’s own words stay as they are. */
export function deliveryErrorIn(language: Language, error: string): string {
  if (language === 'en') return error;
  for (const { en, fr } of [...Object.values(troubles), errorCatalogue.secrets_locked]) {
    const found = patternOf(en).exec(error);
    if (found) return fr.replace(/\{(\w+)\}/g, (_, name: string) => found.groups?.[name] ?? '…');
  }
  return error;
}

/** A template as what reads its own text. */
function patternOf(template: string): RegExp {
  const parts = template.split(/\{(\w+)\}/);
  return new RegExp(
    `^${parts.map((part, i) => (i % 2 === 1 ? `(?<${part}>.+)` : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))).join('')}$`,
    's',
  );
}
