import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../accounts/hashing.ts';
import { readSource } from './read-file.ts';
import { type Source, SourceFault } from './source.ts';
import { OldTimes } from './times.ts';

const times = new OldTimes('Europe/Paris');
const noon = Date.parse('2026-11-22T12:00:00Z');

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aerie-import-'));
  file = join(folder, 'classcord.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A database with those statements run; the caller may leave it open. */
function made(...statements: string[]): DatabaseSync {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  for (const statement of statements) database.exec(statement);
  return database;
}

function read(...statements: string[]): Source {
  made(...statements).close();
  return readSource(file, times);
}

const people = (source: Source) => source.users.map(({ name, password }) => [name, password.digest]);
const said = (source: Source) =>
  source.messages.map(({ author, channel, to, content, at }) => [author, to ? `@${to}` : (channel ?? null), content, at]);

describe('a classcord.db', () => {
  it('has passwords as SHA-256, and messages by the id of their author, at times of its own zone', () => {
    const source = read(
      'CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT UNIQUE NOT NULL, password TEXT NOT NULL)',
      'CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, channel TEXT, content TEXT, timestamp TEXT, FOREIGN KEY(user_id) REFERENCES users(id))',
      `INSERT INTO users VALUES (1, 'alice', '${digestOf('azerty')}'), (3, 'zoé', '${digestOf('été').toUpperCase()}')`,
      "INSERT INTO messages VALUES (7, 3, '#dev', 'bonjour', '2026-11-22T13:00:00.250000'), (8, 9, '#dev', 'qui ?', '2026-11-22T13:00:01')",
    );
    expect(people(source)).toEqual([
      ['alice', digestOf('azerty')],
      ['zoé', digestOf('été')],
    ]);
    expect(said(source)).toEqual([
      ['zoé', '#dev', 'bonjour', noon + 250],
      ['user 9', '#dev', 'qui ?', noon + 1_000],
    ]);
    expect(source.localTimes).toBe(2);
    expect(source.messages.map(({ row, changes }) => [row, changes.length])).toEqual([
      ['messages row 7', 0],
      ['messages row 8', 1],
    ]);
  });

  it('has plain passwords in a table of their own, and messages by the name of their sender, at times in UTC', () => {
    const source = read(
      "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT NOT NULL UNIQUE, status TEXT DEFAULT 'online', ip TEXT, joined_at DATETIME DEFAULT CURRENT_TIMESTAMP)",
      'CREATE TABLE credentials (username TEXT PRIMARY KEY, password TEXT)',
      'CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT, receiver TEXT, channel TEXT, content TEXT, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP)',
      "INSERT INTO users (username, joined_at) VALUES ('alice', '2026-11-22 12:00:00'), ('bob', NULL)",
      "INSERT INTO credentials VALUES ('alice', 'pässwörd €'), ('bob', ''), ('seul', '1234')",
      "INSERT INTO messages (sender, receiver, channel, content, timestamp) VALUES ('alice', NULL, '#général', 'à tous', '2026-11-22 12:00:00'), ('alice', 'bob', NULL, 'à toi', '2026-11-22 12:00:01'), ('invité7', 'global', NULL, 'je passe', '2026-11-22 12:00:02'), ('bob', '#dev', NULL, 'là', '2026-11-22 12:00:03'), ('bob', NULL, NULL, '  ', '2026-11-22 12:00:04'), (NULL, NULL, NULL, 'qui ?', '2026-11-22 12:00:05')",
    );
    expect(people(source)).toEqual([
      ['alice', digestOf('pässwörd €')],
      ['bob', undefined],
      ['seul', digestOf('1234')],
    ]);
    expect(source.users.map(({ createdAt }) => createdAt)).toEqual([noon, undefined, undefined]);
    expect(said(source)).toEqual([
      ['alice', '#général', 'à tous', noon],
      ['alice', '@bob', 'à toi', noon + 1_000],
      ['invité7', null, 'je passe', noon + 2_000],
      ['bob', '#dev', 'là', noon + 3_000],
    ]);
    expect(source.refused.map(({ row, reason }) => [row, reason])).toEqual([
      ['messages row 5', 'It is empty.'],
      ['messages row 6', 'It has no author.'],
    ]);
  });

  it('has names only', () => {
    const source = read('CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT)', "INSERT INTO users VALUES (1, 'alice'), (2, NULL)");
    expect(people(source)).toEqual([['alice', undefined]]);
    expect(source.refused).toEqual([{ what: 'accounts', row: 'users row 2', reason: 'It has no name.' }]);
  });

  it.each(['', ', password TEXT'])('has names for keys%s, and messages that no channel is said of', password => {
    const source = read(
      `CREATE TABLE users (username TEXT PRIMARY KEY${password}, state TEXT, last_seen TEXT) WITHOUT ROWID`,
      'CREATE TABLE messages (id INTEGER PRIMARY KEY, username TEXT, content TEXT, timestamp TEXT)',
      `INSERT INTO users (username${password ? ', password' : ''}) VALUES ('zoé'${password ? ", 'azerty'" : ''})`,
      "INSERT INTO messages VALUES (1, 'zoé', 'salut', '2026-11-22 12:00:00'), (2, 'zoé', 'et ?', 'bientôt')",
    );
    expect(people(source)).toEqual([['zoé', password ? digestOf('azerty') : undefined]]);
    expect(said(source)).toEqual([
      ['zoé', null, 'salut', noon],
      ['zoé', null, 'et ?', noon],
    ]);
    expect(source.messages[1]!.changes).toEqual(['Its time cannot be read; it has that of the message before it.']);
  });

  it('refers to authors by names where names are the keys', () => {
    const source = read(
      'CREATE TABLE Users (Username TEXT PRIMARY KEY)',
      'CREATE TABLE MESSAGES (user_id TEXT, content TEXT)',
      "INSERT INTO users VALUES ('zoé')",
      "INSERT INTO messages VALUES ('zoé', 'salut')",
    );
    expect(said(source)).toEqual([['zoé', null, 'salut', 0]]);
  });

  it('keeps no hash of another kind for a password', () => {
    const kept = ['$2b$12$abcdefghijklmnopqrstuv', 'pbkdf2:sha256:600000$x$y', digestOf('x').slice(0, 32), 'x'.repeat(257)];
    const rows = kept.map((password, i) => `('u${i}', '${password}')`).join();
    const source = read('CREATE TABLE users (username TEXT, password TEXT)', `INSERT INTO users VALUES ${rows}`);
    expect(people(source).map(([, digest]) => digest)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('may hold anything in any column', () => {
    const source = read(
      'CREATE TABLE users (id, username, password)',
      'CREATE TABLE messages (id, sender, channel, content, timestamp)',
      "INSERT INTO users VALUES (9223372036854775807, 42, 1234), ('x', x'c3a9', 1.5)",
      "INSERT INTO messages VALUES (9223372036854775807, 42, 7, 12.5, 1795348800), (NULL, x'c3a9', x'646576', x'c3a9', 1795348800000)",
    );
    expect(people(source)).toEqual([
      ['42', digestOf('1234')],
      ['é', digestOf('1.5')],
    ]);
    expect(said(source)).toEqual([
      ['42', '7', '12.5', noon],
      ['é', 'dev', 'é', noon],
    ]);
  });

  it('cuts what no message can hold, between whole characters', () => {
    const long = `${'é'.repeat(15_999)}👍${'z'.repeat(20)}`;
    made('CREATE TABLE messages (sender TEXT, content TEXT, timestamp TEXT)').close();
    const database = new DatabaseSync(file);
    database.prepare("INSERT INTO messages VALUES ('a', ?, '2026-11-22 12:00:00')").run(long);
    database.prepare("INSERT INTO messages VALUES ('a', ?, '2026-11-22 12:00:00')").run('\u0001'.repeat(16_000));
    database.close();
    const { messages } = readSource(file, times);
    expect(messages.map(({ content }) => content.length)).toEqual([15_999, 22, 6_666, 6_666, 2_668]);
    expect(messages[0]!.content + messages[1]!.content).toBe(long);
    expect(new Set(messages.map(({ key }) => key)).size).toBe(5);
  });

  it('gives the same words said again at the same time another key, and every key again when it is read again', () => {
    const source = read(
      'CREATE TABLE messages (sender TEXT, content TEXT, timestamp TEXT)',
      "INSERT INTO messages VALUES ('a', 'ok', '2026-11-22 12:00:00'), ('a', 'ok', '2026-11-22 12:00:00'), ('b', 'ok', '2026-11-22 12:00:00')",
    );
    const keys = source.messages.map(({ key }) => key);
    expect(new Set(keys).size).toBe(3);
    expect(readSource(file, new OldTimes('UTC')).messages.map(({ key }) => key)).toEqual(keys);
  });
});

describe('a database that is not to be trusted', () => {
  it('has its views, virtual tables and generated columns left alone', () => {
    const source = read(
      "CREATE VIEW users AS WITH RECURSIVE endless(username, password) AS (SELECT 'a', 'b' UNION ALL SELECT username, password FROM endless) SELECT * FROM endless",
      'CREATE VIRTUAL TABLE credentials USING fts5(username, password)',
      "CREATE TABLE messages (sender TEXT, content TEXT, channel TEXT GENERATED ALWAYS AS (upper('leurre')) VIRTUAL, timestamp TEXT DEFAULT '2026-11-22 12:00:00')",
      'CREATE TRIGGER seen AFTER INSERT ON messages BEGIN SELECT 1; END',
      "INSERT INTO messages (sender, content) VALUES ('a', 'salut')",
    );
    expect(source.users).toEqual([]);
    expect(said(source)).toEqual([['a', null, 'salut', noon]]);
  });

  it('is refused when it has nothing of a Classcord server', () => {
    expect(() => read('CREATE TABLE notes (id INTEGER)')).toThrow('it has neither users nor messages');
  });

  it('refuses a message that would fill a channel', () => {
    const startedAt = performance.now();
    const source = read(
      'CREATE TABLE messages (id, username, content, timestamp)',
      `INSERT INTO messages VALUES (1, 'alice', hex(zeroblob(30000000)), '${new Date(noon).toISOString()}')`,
      `INSERT INTO messages VALUES (2, 'alice', 'ok', '${new Date(noon).toISOString()}')`,
    );
    expect(source.refused).toEqual([{ what: 'messages', row: 'messages row 1', reason: 'It is longer than 1000000 characters.' }]);
    expect(source.messages).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe('a database that is not whole', () => {
  const one = ['CREATE TABLE users (username TEXT)', "INSERT INTO users VALUES ('alice')"];

  it('is read with the write-ahead log beside it, and nothing beside it changes', () => {
    const server = made('PRAGMA journal_mode = WAL', ...one);
    server.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    server.exec("INSERT INTO users VALUES ('dans le journal')");
    const away = mkdtempSync(join(tmpdir(), 'aerie-import-'));
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, join(away, `classcord.db${suffix}`));
    server.close();
    const look = () => readdirSync(away).map(name => `${name} ${statSync(join(away, name)).size} ${statSync(join(away, name)).mtimeMs}`);
    const before = look();
    chmodSync(away, 0o500);
    expect(people(readSource(join(away, 'classcord.db'), times)).map(([name]) => name)).toEqual(['alice', 'dans le journal']);
    expect(look()).toEqual(before);
    chmodSync(away, 0o700);
    rmSync(away, { recursive: true });
  });

  it('is recovered, in a copy, from the journal that a crash left', () => {
    const server = made('PRAGMA journal_mode = DELETE', 'CREATE TABLE users (username TEXT)');
    server.exec("INSERT INTO users VALUES ('alice')");
    server.exec('PRAGMA cache_size = 1');
    server.exec('BEGIN');
    // More than the cache holds: pages of what is not committed stand in the file already.
    server.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO users SELECT 'nobody' || i FROM n",
    );
    server.exec("UPDATE users SET username = 'nobody'");
    for (const suffix of ['', '-journal']) copyFileSync(file + suffix, `${file}.copy${suffix}`);
    server.close();
    expect(people(readSource(`${file}.copy`, times)).map(([name]) => name)).toEqual(['alice']);
  });

  it('says so when another program writes to it', () => {
    const server = made(...one);
    server.exec('BEGIN EXCLUSIVE');
    expect(() => readSource(file, times)).toThrow(/is in use.*Stop the old server/);
    server.close();
  });

  it('says so when it is damaged, wherever', () => {
    made(
      'CREATE TABLE users (username TEXT)',
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO users SELECT 'user number ' || i FROM n",
    ).close();
    const whole = readFileSync(file);
    truncateSync(file, 6_000);
    expect(() => readSource(file, times)).toThrow(/is damaged/);
    const page = Buffer.from(whole);
    page.fill(0xff, 4_096, 8_192);
    writeFileSync(file, page);
    expect(() => readSource(file, times)).toThrow(SourceFault);
    writeFileSync(file, 'SQLite format 3\0and nothing more');
    expect(() => readSource(file, times)).toThrow(SourceFault);
  });

  it('says so when it is absent, or no file', () => {
    expect(() => readSource(file, times)).toThrow(`${file} cannot be read: `);
    expect(() => readSource(folder, times)).toThrow(`${folder} is no file.`);
    // Nobody writes into it: opened, it would be waited for for ever.
    execFileSync('mkfifo', [file]);
    expect(() => readSource(file, times)).toThrow(`${file} is no file.`);
    expect(() => readSource('/dev/zero', times)).toThrow('/dev/zero is no file.');
  });
});
