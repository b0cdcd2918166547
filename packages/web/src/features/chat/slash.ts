import { userKey } from '@aerie/contract/names';
import type { Role } from '@aerie/contract/roles';

/** What one may type in place of a message, in the words of the terminal client, and the least role for it. */
export const slashCommands = [
  { name: 'join', role: 'viewer' },
  { name: 'leave', role: 'viewer' },
  { name: 'msg', role: 'member' },
  { name: 'who', role: 'viewer' },
  { name: 'away', role: 'viewer' },
  { name: 'back', role: 'viewer' },
  { name: 'dnd', role: 'viewer' },
  { name: 'invisible', role: 'viewer' },
  { name: 'scan', role: 'technician' },
  { name: 'ping', role: 'technician' },
  { name: 'trace', role: 'technician' },
  { name: 'dns', role: 'technician' },
  { name: 'port', role: 'technician' },
  { name: 'http', role: 'technician' },
  { name: 'incident', role: 'technician' },
  { name: 'ack', role: 'technician' },
  { name: 'note', role: 'technician' },
  { name: 'snooze', role: 'technician' },
  { name: 'topic', role: 'admin' },
  { name: 'kick', role: 'admin' },
  { name: 'mute', role: 'admin' },
  { name: 'ban', role: 'admin' },
] as const satisfies readonly { name: string; role: Role }[];

export type SlashName = (typeof slashCommands)[number]['name'];

export type Slash = { kind: 'text'; text: string } | { kind: 'command'; name: SlashName; rest: string } | { kind: 'unknown'; name: string };

/** What was typed: a command, or a text. A text that begins with a slash is written with two. */
export function slashOf(typed: string): Slash {
  const text = typed.trim();
  if (/^\/\/[a-z]/i.test(text)) return { kind: 'text', text: text.slice(1) };
  const [, word, rest] = /^\/([a-z]+)(?:\s+(.*))?$/is.exec(text) ?? [];
  if (word === undefined) return { kind: 'text', text };
  const known = slashCommands.find(each => each.name === word.toLowerCase());
  return known ? { kind: 'command', name: known.name, rest: rest ?? '' } : { kind: 'unknown', name: word };
}

/** Who stands at the beginning of a command's words: the longest name that fits, and what comes after it. */
export function personAt<T extends { name: string }>(rest: string, people: Iterable<T>): { person: T; rest: string } | undefined {
  const typed = rest.replace(/^@/, '');
  let found: { person: T; rest: string } | undefined;
  for (const person of people) {
    const { length } = person.name;
    if (found && found.person.name.length >= length) continue;
    if (userKey(typed.slice(0, length)) !== userKey(person.name) || /^\S/.test(typed.slice(length))) continue;
    found = { person, rest: typed.slice(length).trim() };
  }
  return found;
}
