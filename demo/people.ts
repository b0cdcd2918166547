import { randomInt } from 'node:crypto';
import type { Language, Role } from '@aerie/contract';

/** Somebody of the demonstration, with the password that is printed at each start. */
export interface DemoPerson {
  name: string;
  role: Role;
  language: Language;
  password: string;
}

const cast: readonly Omit<DemoPerson, 'password'>[] = [
  { name: 'claire', role: 'admin', language: 'fr' },
  { name: 'julien', role: 'technician', language: 'fr' },
  { name: 'sam', role: 'technician', language: 'en' },
  { name: 'maria', role: 'technician', language: 'en' },
  { name: 'emma', role: 'member', language: 'fr' },
];

/** Letters that are not mistaken for each other when they are read from a screen and typed. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** The people, each with a new password. */
export function newPeople(): DemoPerson[] {
  const word = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]!).join('');
  return cast.map(person => ({ ...person, password: `${word()}-${word()}-${word()}` }));
}
