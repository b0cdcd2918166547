/** What a guest is called who says no name. */
export const defaultGuestName = 'invité';

/**
 * The form of a name that everything shares which looks like it: accents, case, separators and compatibility forms are
 * gone, so that a guest `Alice.` cannot stand beside `alice`.
 */
export function guestKey(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
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
