export type Language = 'en' | 'fr';

interface ErrorEntry {
  /** HTTP status that the web door answers with. */
  status: number;
  en: string;
  fr: string;
}

const entry = (status: number, en: string, fr: string): ErrorEntry => ({ status, en, fr });

/**
 * Every error that Aerie may answer with. `{x}` in a sentence is filled from the error's params.
 * A sentence says what is wrong and, after it, the mend.
 */
export const errorCatalogue = {
  bad_frame: entry(
    400,
    'This is not a frame: {reason}. Send one JSON object per line.',
    "Ce n'est pas une trame : {reason}. Envoyez un objet JSON par ligne.",
  ),
  frame_too_large: entry(
    413,
    'This frame is longer than {max} bytes. Send a shorter one.',
    'Cette trame dépasse {max} octets. Envoyez-en une plus courte.',
  ),
  unknown_command: entry(
    404,
    'There is no command "{name}". See docs/protocol.md for the list.',
    "La commande « {name} » n'existe pas. La liste est dans docs/protocol.md.",
  ),
  bad_input: entry(400, 'The field {field} is not right: {reason}.', "Le champ {field} n'est pas correct : {reason}."),
  not_logged_in: entry(401, 'You are not logged in. Log in, then try again.', "Vous n'êtes pas connecté. Connectez-vous, puis réessayez."),
  login_failed: entry(401, 'Login failed. Check the name and the password.', 'Échec de la connexion. Vérifiez le nom et le mot de passe.'),
  session_ended: entry(401, 'This session has ended. Log in again.', 'Cette session est terminée. Connectez-vous de nouveau.'),
  already_logged_in: entry(
    409,
    'This connection is already logged in as {name}. Open another connection for another account.',
    'Cette connexion est déjà ouverte au nom de {name}. Ouvrez-en une autre pour un autre compte.',
  ),
  too_many_attempts: entry(
    429,
    'Too many failed attempts. Wait {seconds} s, then try again.',
    'Trop de tentatives ratées. Attendez {seconds} s, puis réessayez.',
  ),
  too_fast: entry(429, 'Too many requests. Wait {seconds} s, then try again.', 'Trop de requêtes. Attendez {seconds} s, puis réessayez.'),
  forbidden: entry(
    403,
    'Your role does not allow this. Ask an administrator.',
    'Votre rôle ne le permet pas. Demandez à un administrateur.',
  ),
  // `because` is empty, or the words of who did it, in parentheses and with a space before.
  muted: entry(403, 'You may read, not write, until {until}{because}.', "Vous pouvez lire, mais pas écrire, jusqu'au {until}{because}."),
  banned: entry(403, 'You may not come in until {until}{because}.', "L'accès vous est fermé jusqu'au {until}{because}."),
  would_lock_out: entry(
    409,
    'This would lock yourself out: {what}. Nothing was done.',
    "Vous vous enfermeriez dehors : {what}. Rien n'a été fait.",
  ),
  bad_address: entry(
    400,
    '"{address}" is neither an address nor a network. Write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.',
    "« {address} » n'est ni une adresse ni un réseau. Écrivez 192.0.2.7, 192.0.2.0/24 ou 2001:db8::/32.",
  ),
  network_too_wide: entry(
    400,
    '{network} is too wide: nearly everybody would be shut out. Ban a narrower network, of /{widest} or more.',
    '{network} est trop large : presque tout le monde serait mis dehors. Bannissez un réseau plus étroit, à partir de /{widest}.',
  ),
  read_only_channel: entry(
    403,
    'You may read {channel}, not write there. Ask an administrator.',
    'Vous pouvez lire {channel}, pas y écrire. Demandez à un administrateur.',
  ),
  wrong_origin: entry(
    403,
    'This request came from another web site and was refused. Open Aerie at its own address.',
    "Cette requête vient d'un autre site web et a été refusée. Ouvrez Aerie à sa propre adresse.",
  ),
  wrong_door: entry(
    400,
    '{name} needs a live connection. Use the WebSocket or the TCP port.',
    '{name} demande une connexion ouverte. Passez par le WebSocket ou le port TCP.',
  ),
  not_found: entry(404, 'There is no such {thing}. It may have been removed.', 'Introuvable : {thing}. Cela a peut-être été supprimé.'),
  user_exists: entry(409, 'Username already exists. Choose another name.', 'Ce nom existe déjà. Choisissez-en un autre.'),
  bad_user_name: entry(400, 'This name cannot be used: {reason}.', 'Ce nom ne convient pas : {reason}.'),
  weak_password: entry(400, 'This password is too weak: {reason}.', 'Ce mot de passe est trop faible : {reason}.'),
  registration_closed: entry(
    403,
    'Accounts are made by invitation here. Ask an administrator for a link.',
    'Les comptes se créent sur invitation. Demandez un lien à un administrateur.',
  ),
  link_invalid: entry(
    410,
    'This link is used, expired or mistyped. Ask for a new one.',
    'Ce lien est déjà utilisé, expiré ou mal copié. Demandez-en un nouveau.',
  ),
  setup_done: entry(409, 'Aerie is set up already. Log in instead.', 'Aerie est déjà configuré. Connectez-vous.'),
  last_admin: entry(
    409,
    'This is the last administrator. Make another one first.',
    "C'est le dernier administrateur. Nommez-en un autre d'abord.",
  ),
  channel_exists: entry(
    409,
    'There is already a channel {channel}. Choose another name.',
    'Le canal {channel} existe déjà. Choisissez un autre nom.',
  ),
  bad_channel_name: entry(400, 'This channel name cannot be used: {reason}.', 'Ce nom de canal ne convient pas : {reason}.'),
  channel_archived: entry(
    409,
    '{channel} is archived. An administrator can open it again.',
    '{channel} est archivé. Un administrateur peut le rouvrir.',
  ),
  fixed_channel: entry(
    409,
    'The server speaks in {channel}: it cannot be renamed, archived or opened to others.',
    'Le serveur parle dans {channel} : ce canal ne peut être ni renommé, ni archivé, ni ouvert à d’autres.',
  ),
  code_invalid: entry(
    410,
    'This enrolment code is used, expired or mistyped. Make a new one with "nester probe code".',
    "Ce code d'enrôlement est déjà utilisé, expiré ou mal copié. Créez-en un autre avec « nester probe code ».",
  ),
  site_exists: entry(409, 'There is already a site {code}. Choose another code.', 'Le site {code} existe déjà. Choisissez un autre code.'),
  bad_policy: entry(
    400,
    'This policy cannot be followed: {what} {reason}.',
    'Cette politique ne peut pas être appliquée : {what} {reason}.',
  ),
  probe_refused: entry(
    401,
    'This probe is not known here, or it was revoked. Enrol it again.',
    "Cette sonde n'est pas connue ici, ou elle a été révoquée. Enrôlez-la de nouveau.",
  ),
  probe_cloned: entry(
    409,
    'Another machine, {name}, works with this key. This one is kept out until an administrator gives it an identity of its own.',
    "Une autre machine, {name}, travaille avec cette clé. Celle-ci est tenue à l'écart jusqu'à ce qu'un administrateur lui donne sa propre identité.",
  ),
  not_allowed_by_policy: entry(
    403,
    'The policy of this site does not allow it: {what}. An administrator can change the policy.',
    'La politique de ce site ne le permet pas : {what}. Un administrateur peut la modifier.',
  ),
  probe_away: entry(
    409,
    'This probe is not connected now. Try again when it is back.',
    "Cette sonde n'est pas connectée. Réessayez à son retour.",
  ),
  diagnostics_full: entry(
    429,
    'This probe does {count} diagnostics already. Wait until one is over, or cancel one.',
    'Cette sonde fait déjà {count} diagnostics. Attendez que l’un se termine, ou annulez-en un.',
  ),
  bad_report: entry(400, 'This report cannot be taken in: {reason}.', 'Ce rapport ne peut pas être accepté : {reason}.'),
  guests_off: entry(403, 'Guests may not talk here. Log in first.', "Les invités ne peuvent pas parler ici. Connectez-vous d'abord."),
  name_taken: entry(
    409,
    'The name {name} belongs to somebody. Choose another one, or log in.',
    'Le nom {name} est déjà pris. Choisissez-en un autre, ou connectez-vous.',
  ),
  guests_full: entry(
    503,
    'There are too many guests now. Try again later, or log in.',
    "Il y a trop d'invités en ce moment. Réessayez plus tard, ou connectez-vous.",
  ),
  user_absent: entry(404, '{name} is not here.', "{name} n'est pas là."),
  import_gone: entry(
    410,
    'This import is over: it waited too long, or another one began. Nothing of it was taken; run it again.',
    "Cet import est terminé : il a trop attendu, ou un autre a commencé. Rien n'en a été pris ; relancez-le.",
  ),
  import_too_large: entry(
    413,
    'This is more than one import takes: at most {users} accounts, {messages} messages and {mebibytes} MiB. Nothing of it was taken.',
    "C'est plus qu'un import n'accepte : au plus {users} comptes, {messages} messages et {mebibytes} Mio. Rien n'en a été pris.",
  ),
  secrets_locked: entry(
    503,
    'Secrets cannot be opened: {reason}. Put the right key file back (AERIE_SECRET_KEY_FILE); nothing is lost until then.',
    'Les secrets ne peuvent pas être ouverts : {reason}. Remettez le bon fichier de clé (AERIE_SECRET_KEY_FILE) ; rien ne se perd d’ici là.',
  ),
  key_read_only: entry(
    409,
    'The key file {file} may not be changed from here. Stop Nester, run "sudo nester secret rotate", start it again; nothing was changed.',
    "Le fichier de clé {file} ne peut pas être modifié d'ici. Arrêtez Nester, lancez « sudo nester secret rotate », redémarrez-le ; rien n'a été changé.",
  ),
  token_refused: entry(
    401,
    'This token is unknown, expired or revoked. An administrator can make another one.',
    'Ce jeton est inconnu, expiré ou révoqué. Un administrateur peut en créer un autre.',
  ),
  out_of_scope: entry(
    403,
    'This token does not allow it: it needs the scope {scope}.',
    'Ce jeton ne le permet pas : il lui faut la portée {scope}.',
  ),
  conflict: entry(
    409,
    'Somebody changed this at the same moment. Look again, then retry.',
    "Quelqu'un l'a modifié au même moment. Regardez de nouveau, puis réessayez.",
  ),
  busy: entry(503, 'The server is busy. Try again in a few seconds.', 'Le serveur est occupé. Réessayez dans quelques secondes.'),
  storage_failed: entry(
    507,
    'The message could not be stored: {reason}. Nothing was lost on your side; try again.',
    "L'enregistrement a échoué : {reason}. Rien n'est perdu de votre côté ; réessayez.",
  ),
  connection_lost: entry(
    503,
    'The connection was lost before the answer came. It is being restored; try again.',
    'La connexion a été perdue avant la réponse. Elle se rétablit ; réessayez.',
  ),
  stopping: entry(503, 'The server is stopping. It will be back soon.', "Le serveur s'arrête. Il revient bientôt."),
  internal: entry(
    500,
    'Something went wrong here, not with you. The log has the details under {ref}.',
    'Une erreur est survenue de notre côté. Le journal a les détails sous {ref}.',
  ),
} satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
export type ErrorParams = Record<string, string | number>;

/** Reasons that stand inside a sentence, by their short name. */
const reasons: Record<string, Record<Language, string>> = {
  empty: { en: 'it is empty', fr: 'il est vide' },
  long: { en: 'it is too long', fr: 'il est trop long' },
  characters: {
    en: "use letters, digits, single spaces and . _ - ' only",
    fr: "n'utilisez que des lettres, des chiffres, des espaces et . _ - '",
  },
  symbols: { en: 'use letters, digits, _ and - only', fr: "n'utilisez que des lettres, des chiffres, _ et -" },
  short: { en: 'it needs at least {shortest} characters', fr: 'il lui faut au moins {shortest} caractères' },
  common: { en: 'it is on the list of common passwords', fr: 'il figure parmi les mots de passe courants' },
  has_name: { en: 'it contains the user name', fr: "il contient le nom d'utilisateur" },
  not_csv: { en: 'it is not CSV', fr: "ce n'est pas du CSV" },
  no_name_column: {
    en: 'its first line names no column "name", "nom" or "utilisateur"',
    fr: 'sa première ligne ne nomme pas de colonne « name », « nom » ou « utilisateur »',
  },
  too_many_rows: { en: 'it has too many lines', fr: 'il y a trop de lignes' },
  unknown_role: {
    en: 'write admin, technician, member or viewer',
    fr: 'écrivez administrateur, technicien, membre ou lecteur',
  },
  not_a_range: { en: 'is not a CIDR such as 192.168.1.0/24', fr: "n'est pas un CIDR tel que 192.168.1.0/24" },
  range_too_wide: { en: 'has more than 65536 addresses', fr: 'compte plus de 65536 adresses' },
  range_of_no_machine: { en: 'holds no addresses of machines', fr: "ne contient pas d'adresses de machines" },
  not_ports: { en: 'is not a port from 1 to 65535, nor a range of them', fr: "n'est pas un port de 1 à 65535, ni une plage de ports" },
  not_a_host: { en: 'is neither an address nor the name of a host', fr: "n'est ni une adresse ni le nom d'un hôte" },
  not_a_page: { en: 'is not an http or https address without a password', fr: "n'est pas une adresse http ou https sans mot de passe" },
  not_a_zone: { en: 'is not a time zone such as Europe/Paris', fr: "n'est pas un fuseau horaire tel que Europe/Paris" },
  password_in_the_clear: {
    en: 'the password would travel in the clear; choose STARTTLS or TLS',
    fr: 'le mot de passe circulerait en clair ; choisissez STARTTLS ou TLS',
  },
  password_again: { en: 'type it again, since the server is another one', fr: 'saisissez-le de nouveau, car le serveur a changé' },
  password_in_address: { en: 'an address with a password is not kept', fr: 'une adresse contenant un mot de passe n’est pas conservée' },
  too_many_routes: { en: 'there are {most} routes already', fr: 'il y a déjà {most} routes' },
  in_the_past: { en: 'that moment has passed', fr: 'ce moment est passé' },
  disk_full: { en: 'the disk is full', fr: 'le disque est plein' },
  store_silent: { en: 'the store does not answer', fr: 'la base de données ne répond pas' },
  no_such_day: { en: 'there is no such day', fr: 'ce jour n’existe pas' },
  ends_first: { en: 'it ends before it begins', fr: 'cela se termine avant de commencer' },
  over: { en: 'it is over already', fr: 'c’est déjà passé' },
  listed_twice: { en: 'it is in the list twice', fr: 'il figure deux fois dans la liste' },
};

/** What is not there, in a French sentence; English says it by its own name. */
const things: Record<string, string> = {
  channel: 'ce canal',
  connection: 'cette connexion',
  delivery: 'cet envoi',
  incident: 'cet incident',
  invitation: 'cette invitation',
  member: 'ce membre',
  maintenance: 'cette maintenance',
  message: 'ce message',
  person: 'cette personne',
  probe: 'cette sonde',
  report: 'ce rapport',
  route: 'cette route',
  session: 'cette session',
  site: 'ce site',
  token: 'ce jeton',
  user: 'ce compte',
};

/** A time as people read it, in the zone of whoever reads. */
function moment(at: number, language: Language): string {
  return new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', { dateStyle: 'short', timeStyle: 'short' }).format(at);
}

/** The sentence of an error in a language, its `{placeholders}` filled from `params`. */
export function errorSentence(code: ErrorCode, params: ErrorParams = {}, language: Language = 'en'): string {
  const fill = (sentence: string): string =>
    sentence.replace(/\{(\w+)\}/g, (_, key: string) => {
      const given = params[key] ?? '…';
      if (key === 'until' && typeof given === 'number') return moment(given, language);
      const value = String(given);
      // A reason of ours may have params too; words that somebody typed are never filled.
      if (key === 'reason' && Object.hasOwn(reasons, value)) return fill(reasons[value]![language]);
      return key === 'thing' && language === 'fr' && Object.hasOwn(things, value) ? things[value]! : value;
    });
  return fill(errorCatalogue[code][language]).trimEnd();
}

/** An error that a caller can be told: a code of the catalogue and the params of its sentence. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}) {
    super(errorSentence(code, params));
    this.name = 'AppError';
    this.code = code;
    this.params = params;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}
