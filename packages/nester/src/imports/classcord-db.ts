import { createHash } from 'node:crypto';
import { limits } from '@aerie/contract';
import { ForeignFault, ForeignSqlite } from '../store/foreign-sqlite.ts';
import { longestName, oldPassword, type Source, SourceFault, shown } from './source.ts';
import type { OldTimes } from './times.ts';

/** A message travels in one frame; JSON makes six bytes of some letters. */
const partBytes = 40_000;
/** Nobody wrote that; cut in parts it would fill a channel. */
const longestContent = 1_000_000;

/**
 * The accounts and messages of a classcord.db, whichever of the known servers made it: what its tables hold is found by
 * their columns.
 * @throws SourceFault when it cannot be read, or has neither
 */
export function readClasscordDb(file: string, times: OldTimes): Source {
  const source: Source = { file, users: [], messages: [], refused: [], localTimes: 0 };
  let database: ForeignSqlite | undefined;
  try {
    database = new ForeignSqlite(file);
    const names = readUsers(database, source, times);
    const hasMessages = readMessages(database, source, times, names);
    if (!names && !hasMessages) throw new SourceFault(`${file} is no database of a Classcord server: it has neither users nor messages.`);
    return source;
  } catch (error) {
    throw error instanceof ForeignFault ? new SourceFault(error.message) : error;
  } finally {
    database?.close();
  }
}

/** Names by the key that messages refer to them by. */
type Names = ReadonlyMap<string, string>;

/** Undefined when there is no table of users. */
function readUsers(database: ForeignSqlite, source: Source, times: OldTimes): Names | undefined {
  const columns = database.columns('users');
  const passwords = readCredentials(database, source);
  if (!columns?.has('username')) {
    for (const [name, { row, password }] of passwords ?? [])
      source.users.push({ row, name, password: oldPassword(password), createdAt: undefined });
    return passwords && new Map();
  }
  const names = new Map<string, string>();
  const wanted = ['username', 'id', 'password', 'joined_at'].filter(column => columns.has(column));
  let position = 0;
  for (const values of database.rows('users', wanted)) {
    position += 1;
    const name = textOf(values.username);
    const row = `users row ${labelOf(values.id, position)}`;
    if (name === undefined) {
      source.refused.push({ what: 'accounts', row, reason: 'It has no name.' });
      continue;
    }
    names.set(keyOf(values.id ?? name), name);
    if (name.length > longestName) {
      source.refused.push({ what: 'accounts', row, reason: `The name is longer than ${longestName} characters.` });
      continue;
    }
    const kept = values.password ?? passwords?.get(name)?.password;
    passwords?.delete(name);
    source.users.push({
      row: `${row} ${shown(name)}`,
      name,
      password: oldPassword(textOf(kept)),
      createdAt: times.read(values.joined_at)?.at,
    });
  }
  for (const [name, { row, password }] of passwords ?? [])
    source.users.push({ row, name, password: oldPassword(password), createdAt: undefined });
  return names;
}

function readCredentials(database: ForeignSqlite, source: Source): Map<string, { row: string; password: string | undefined }> | undefined {
  const columns = database.columns('credentials');
  if (!columns?.has('username') || !columns.has('password')) return undefined;
  const found = new Map<string, { row: string; password: string | undefined }>();
  let position = 0;
  for (const { username, password } of database.rows('credentials', ['username', 'password'])) {
    const name = textOf(username);
    const row = `credentials row ${++position}`;
    if (name !== undefined && name.length <= longestName) found.set(name, { row: `${row} ${shown(name)}`, password: textOf(password) });
    else source.refused.push({ what: 'accounts', row, reason: 'It has no name that an account can have.' });
  }
  return found;
}

/** False when there is no table of messages. */
function readMessages(database: ForeignSqlite, source: Source, times: OldTimes, names: Names | undefined): boolean {
  const columns = database.columns('messages');
  const by = ['sender', 'username', 'user_id'].find(column => columns?.has(column));
  if (!columns?.has('content') || by === undefined) return false;
  const wanted = ['content', by, 'id', 'channel', 'receiver', 'timestamp'].filter(column => columns.has(column));
  const keys = new Keys();
  let position = 0;
  let before = 0;
  for (const values of database.rows('messages', wanted)) {
    const row = `messages row ${labelOf(values.id, ++position)}`;
    const refuse = (reason: string) => source.refused.push({ what: 'messages', row, reason });
    const content = textOf(values.content);
    const written = values[by] ?? undefined;
    const changes: string[] = [];
    if (content === undefined || content.trim() === '') {
      refuse('It is empty.');
      continue;
    }
    if (content.length > longestContent) {
      refuse(`It is longer than ${longestContent} characters.`);
      continue;
    }
    if (written === undefined) {
      refuse('It has no author.');
      continue;
    }
    const author = by === 'user_id' ? authorOf(written, names, changes) : textOf(written)!;
    const { channel, to } = placeOf(textOf(values.channel), textOf(values.receiver));
    const time = times.read(values.timestamp);
    if (!time) changes.push('Its time cannot be read; it has that of the message before it.');
    else if (time.change) changes.push(time.change);
    if (time?.isLocal) source.localTimes += 1;
    const at = time?.at ?? before;
    before = at;
    const parts = partsOf(content);
    if (parts.length > 1) changes.push(`It is longer than a message may be: it is ${parts.length} messages now.`);
    for (const part of parts) {
      const key = keys.of([author, channel ?? null, to ?? null, String(values.timestamp), part]);
      source.messages.push({
        row,
        author: cut(author),
        channel: channel && cut(channel),
        to: to && cut(to),
        content: part,
        at,
        key,
        changes,
      });
    }
  }
  return true;
}

function authorOf(written: unknown, names: Names | undefined, changes: string[]): string {
  const name = names?.get(keyOf(written));
  if (name !== undefined) return name;
  const stand = `user ${textOf(written)}`;
  changes.push(`No account has the id of its author; the author is written ${stand}.`);
  return stand;
}

/** A receiver is a person, unless it is what servers wrote for everybody, or a channel. */
function placeOf(channel: string | undefined, receiver: string | undefined): { channel?: string; to?: string } {
  const to = receiver?.trim() ?? '';
  if (to.startsWith('#')) return { channel: to };
  if (to !== '' && !['global', 'all', '*'].includes(to.toLowerCase())) return { to };
  return channel === undefined || channel.trim() === '' ? {} : { channel };
}

/** A text in parts that a message can hold, cut between whole characters. */
function partsOf(content: string): string[] {
  if (content.length * 3 <= partBytes && content.length <= limits.contentChars) return [content];
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  for (const character of content) {
    const own = Buffer.byteLength(JSON.stringify(character)) - 2;
    if (part.length + character.length > limits.contentChars || bytes + own > partBytes) {
      parts.push(part);
      part = '';
      bytes = 0;
    }
    part += character;
    bytes += own;
  }
  return [...parts, part].filter(one => one.trim() !== '');
}

/** Keys of messages: the same words of the same person at the same time are told apart by how often they stood there before. */
class Keys {
  readonly #seen = new Map<string, number>();

  of(fields: readonly (string | null)[]): string {
    const digest = hash(JSON.stringify(fields));
    const times = this.#seen.get(digest) ?? 0;
    this.#seen.set(digest, times + 1);
    return times === 0 ? digest : hash(`${digest} ${times}`);
  }
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22);

function labelOf(id: unknown, position: number): string {
  return typeof id === 'bigint' ? String(id) : `${position}`;
}

/** Numbers and texts that say the same are the same key: SQLite's columns hold either. */
function keyOf(id: unknown): string {
  return String(id);
}

/** A value of a column as text; undefined for none. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return String(value);
}

function cut(name: string): string {
  return name.slice(0, longestName).toWellFormed();
}
