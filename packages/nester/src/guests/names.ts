/** What a guest is called who says no name. */
export const defaultGuestName = 'invité';

/** Letters of other alphabets, each before the Latin one that looks the same. */
const strangers = new Map(
  [
    ...['Аa', 'Вb', 'Еe', 'Іi', 'Јj', 'Кk', 'Мm', 'Нh', 'Оo', 'Рp', 'Ѕs', 'Сc', 'Тt', 'Уy', 'Хx', 'Ӏl', 'Ԁd', 'Ԛq', 'Ԝw'],
    ...['аa', 'еe', 'іi', 'јj', 'кk', 'оo', 'рp', 'ѕs', 'сc', 'уy', 'хx', 'һh', 'ӏl', 'ԁd', 'ԛq', 'ԝw'],
    ...['Αa', 'Βb', 'Εe', 'Ζz', 'Ηh', 'Ιi', 'Κk', 'Μm', 'Νn', 'Οo', 'Ρp', 'Τt', 'Υy', 'Χx'],
    ...['αa', 'γy', 'ιi', 'κk', 'νv', 'οo', 'ρp', 'υu', 'χx'],
    ...['ıi', 'ɑa', 'ɡg', 'Ɩl'],
  ].map(([letter, latin]) => [letter, latin] as [string, string]),
);

/**
 * The form of a name that everything shares which looks like it: accents, case, separators and compatibility forms are
 * gone, letters of other alphabets are the Latin ones they look like, and so are `1` and `I`, `0` and `O`, `rn` and `m`.
 * So that a guest `Alice.`, `aIice` or, with a Cyrillic letter, `аlice` cannot stand beside `alice`.
 */
export function guestKey(name: string): string {
  return Array.from(name.normalize('NFKD'), letter => strangers.get(letter) ?? letter)
    .join('')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]|\p{Lm}|\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/[i1]/g, 'l')
    .replaceAll('0', 'o')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}

const reserved = new Set(
  [
    'admin',
    'admins',
    'administrateur',
    'administratrice',
    'administrator',
    'aerie',
    'classcord',
    'everyone',
    'global',
    'harvester',
    'hote',
    'mod',
    'moderateur',
    'moderation',
    'moderatrice',
    'moderator',
    'moi',
    'nester',
    'operateur',
    'operator',
    'root',
    'seahawks',
    'server',
    'serveur',
    'staff',
    'support',
    'supervision',
    'sysop',
    'system',
    'systeme',
    'tous',
    'watch',
  ].map(guestKey),
);

/** A name that speaks for the server or for those who run it. */
export function isReservedName(name: string): boolean {
  return reserved.has(guestKey(name));
}
