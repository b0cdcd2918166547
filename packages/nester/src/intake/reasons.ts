import type { Language } from '@aerie/contract';

/** Why a file was not taken in, or what is to be known of it. `{x}` is filled from the params. */
const sentences = {
  too_large: { en: 'It is larger than {mebibytes} MiB.', fr: 'Il dépasse {mebibytes} Mio.' },
  empty: { en: 'It is empty.', fr: 'Il est vide.' },
  no_plain_file: {
    en: 'It is no plain file but a {kind}: it was not opened.',
    fr: "Ce n'est pas un fichier ({kind}) : il n'a pas été ouvert.",
  },
  not_text: { en: 'It is not text.', fr: "Ce n'est pas du texte." },
  not_json: {
    en: 'It is neither JSON nor XML, or it was cut off.',
    fr: "Ce n'est ni du JSON ni du XML, ou il est tronqué.",
  },
  too_deep: { en: 'It nests deeper than {most}.', fr: 'Il est imbriqué sur plus de {most} niveaux.' },
  unknown_list: {
    en: 'It has none of the shapes that are read: it is a bare list of {count}.',
    fr: "Il n'a aucune des formes connues : c'est une simple liste de {count}.",
  },
  unknown_fields: {
    en: 'It has none of the shapes that are read: its fields are {names}.',
    fr: "Il n'a aucune des formes connues : ses champs sont {names}.",
  },
  unknown_value: {
    en: 'It has none of the shapes that are read: it is no object.',
    fr: "Il n'a aucune des formes connues : ce n'est pas un objet.",
  },
  bad_xml: { en: 'It is not well-formed XML, or it was cut off.', fr: "Ce n'est pas du XML correct, ou il est tronqué." },
  not_nmap: { en: 'It is XML, but not of nmap.', fr: "C'est du XML, mais pas celui de nmap." },
  nmap_unfinished: { en: 'nmap ended before it was done.', fr: "nmap s'est arrêté avant la fin." },
  no_addresses: { en: 'None of its hosts has an address.', fr: "Aucune de ses machines n'a d'adresse." },
  too_many_hosts: { en: 'It has more than {most} hosts.', fr: 'Il compte plus de {most} machines.' },
  too_many_ports: {
    en: 'It names more than {most} ports of all hosts together.',
    fr: 'Il nomme plus de {most} ports, toutes machines confondues.',
  },
  too_slow: { en: 'To read it takes longer than {seconds} s.', fr: 'Le lire prend plus de {seconds} s.' },
  too_greedy: {
    en: 'To read it takes more than {mebibytes} MiB of memory.',
    fr: 'Le lire demande plus de {mebibytes} Mio de mémoire.',
  },
  read_failed: { en: 'Reading it failed: {cause}.', fr: 'Sa lecture a échoué : {cause}.' },
  bad_report: { en: 'It cannot be taken in: {reason}.', fr: 'Il ne peut pas être pris : {reason}.' },
  of_the_future: {
    en: 'It was made in the future ({at}): its clock is wrong, or the time zone of the site.',
    fr: 'Il a été fait dans le futur ({at}) : son horloge est fausse, ou le fuseau horaire du site.',
  },
  no_site: {
    en: 'It says nothing of a site. Choose one.',
    fr: 'Il ne dit rien de son site. Choisissez-en un.',
  },
  unknown_franchise: {
    en: 'It speaks of {name}, which is no site here. Choose one.',
    fr: 'Il parle de {name}, qui n’est pas un site connu. Choisissez-en un.',
  },
  unknown_folder: {
    en: 'It lay in the folder {name}, which is no site here. Choose one.',
    fr: 'Il était dans le dossier {name}, qui n’est pas un site connu. Choisissez-en un.',
  },
  unknown_probe: {
    en: 'A probe made it that is not known here ({name}). Choose a site.',
    fr: "La sonde qui l'a fait n'est pas connue ici ({name}). Choisissez un site.",
  },
  other_probe: {
    en: 'A probe of {code} made it: it does not belong to another site.',
    fr: "Une sonde de {code} l'a fait : il n'appartient pas à un autre site.",
  },
  other_site: {
    en: 'The same file was taken in for {code} before.',
    fr: 'Le même fichier a déjà été pris pour {code}.',
  },
  known_report: {
    en: 'Its report was here already: nothing was changed.',
    fr: "Son rapport était déjà là : rien n'a changé.",
  },
  gone: { en: 'The file is not in its place any more.', fr: "Le fichier n'est plus à sa place." },
} satisfies Record<string, Record<Language, string>>;

export type ReasonCode = keyof typeof sentences;

/** A reason as it is kept: told in the language of whoever asks. */
export interface Reason {
  code: ReasonCode;
  params: Record<string, string | number>;
}

export function reason(code: ReasonCode, params: Reason['params'] = {}): Reason {
  return { code, params };
}

/** Thrown where a file cannot be understood. */
export class Unreadable extends Error {
  readonly reason: Reason;

  constructor(code: ReasonCode, params: Reason['params'] = {}) {
    super(code);
    this.reason = reason(code, params);
  }
}

export function sentenceOf({ code, params }: Reason, language: Language): string {
  return sentences[code][language].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '…'));
}

/** A reason out of its kept form. */
export function keptReason(json: string | null): Reason | null {
  return json === null ? null : (JSON.parse(json) as Reason);
}
