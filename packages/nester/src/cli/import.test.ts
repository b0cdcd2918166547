import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { nesterHere, nester as run } from '../../test/terminal.ts';
import { digestOf } from '../accounts/hashing.ts';
import { createApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { openStore } from '../store/store.ts';

// Each test starts several programs, one after the other.
vi.setConfig({ testTimeout: 60_000 });

const quiet = { info() {}, warning() {}, error() {} };
const noon = Date.parse('2025-11-22T12:00:00Z');

/** A pickle of protocol 0, as Python writes it. */
function pickle(people: Record<string, string>): string {
  const entries = Object.entries(people).map(([name, password]) => `V${name}\nV${password}\ns`);
  return `(d${entries.join('')}.`;
}

let files: string;
beforeEach(() => {
  files = mkdtempSync(join(tmpdir(), 'aerie-import-'));
  const people = pickle({ alice: 'azerty', bob: '1234', ' Carol ': 'bonjour', ALICE: 'x', 'no/name': 'y', watch: 'z' });
  writeFileSync(join(files, 'users.pkl'), people, 'latin1');
  const database = new DatabaseSync(join(files, 'classcord.db'));
  database.exec(`
    CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, joined_at TEXT);
    CREATE TABLE credentials (username TEXT, password TEXT);
    CREATE TABLE messages (id INTEGER PRIMARY KEY, sender TEXT, receiver TEXT, channel TEXT, content TEXT, timestamp TEXT);
    INSERT INTO users VALUES (1, 'alice', '2025-11-20 12:00:00'), (2, 'bob', NULL), (3, 'dan', '2025-11-21 12:00:00');
    INSERT INTO credentials VALUES ('bob', '${digestOf('1234')}');
    INSERT INTO messages (sender, receiver, channel, content, timestamp) VALUES
      ('bob', NULL, '#general', 'second', '2025-11-22 12:00:01'),
      ('alice', NULL, NULL, 'first', '2025-11-22 12:00:00'),
      ('invité7', NULL, '#Projet 2026', 'guest', '2025-11-22 12:00:02'),
      ('dan', NULL, 'salle', 'in a new room', '2025-11-22 12:00:03'),
      ('bob', 'alice', NULL, 'for you', '2025-11-22 12:00:04'),
      ('alice', 'nobody', NULL, 'for nobody', '2025-11-22 12:00:05'),
      ('bob', NULL, '#général', 'ok', '2025-11-22 12:00:06'),
      ('bob', NULL, '#général', 'ok', '2025-11-22 12:00:06'),
      ('watch', NULL, '#supervision', 'a bot?', '2025-11-22 12:00:07');
  `);
  database.close();
});
afterEach(() => rmSync(files, { recursive: true }));

function terminalOf(
  database: Pick<TestDatabase, 'folder' | 'databaseUrl'>,
  { run = nesterHere, ...more }: { run?: typeof nesterHere; TMPDIR?: string } = {},
) {
  const env: Record<string, string> = { AERIE_DATA: database.folder, TZ: 'UTC', ...more };
  if (database.databaseUrl) env.AERIE_DATABASE_URL = database.databaseUrl;
  const bring = (names: string[], ...options: string[]) =>
    run(['import', 'classcord', ...names.map(name => join(files, name)), ...options], { env });
  return { bring, nester: (args: string[], input?: string) => run(args, { env, input }) };
}

/** All that an import can have written. */
async function stored(database: Pick<TestDatabase, 'folder' | 'databaseUrl'>) {
  const { read, close } = await openStore(database);
  const users = await read.selectFrom('user_account').selectAll().where('kind', '=', 'person').orderBy('name').execute();
  const messages = await read
    .selectFrom('message')
    .innerJoin('channel', 'channel.channel_id', 'message.channel_id')
    .selectAll('message')
    .select('channel.name as channel')
    .orderBy('seq')
    .execute();
  const members = await read
    .selectFrom('membership')
    .innerJoin('user_account', 'user_account.user_id', 'membership.user_id')
    .innerJoin('channel', 'channel.channel_id', 'membership.channel_id')
    .select(['user_account.name as user', 'channel.name as channel', 'read_seq'])
    .execute();
  const audit = await read.selectFrom('audit').selectAll().execute();
  await close();
  return { users, messages, members, audit };
}

onEachDatabase('nester import classcord', newDatabase => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await newDatabase();
  });
  afterEach(() => database.remove());

  it('says in a dry run what it would do, and writes nothing', async () => {
    const { bring } = terminalOf(database);
    const { code, stdout, stderr } = await bring(['users.pkl', 'classcord.db'], '--dry-run');
    expect(code).toBe(0);
    const [heading, ...lines] = stdout.split('\n').map(line => line.replace(`${files}/`, '').split(/ {2,}/));
    expect(heading).toEqual(['file', 'what', 'read', 'taken', 'changed', 'already here', 'refused']);
    expect(lines.slice(0, 3)).toEqual([
      ['users.pkl', 'accounts', '6', '2', '1', '0', '3'],
      ['classcord.db', 'accounts', '3', '0', '1', '0', '2'],
      ['classcord.db', 'messages', '9', '7', '1', '0', '1'],
    ]);
    expect(stdout).toMatch(/users\.pkl: entry 5 "no\/name" +This name cannot be used: use letters/);
    expect(stdout).toMatch(/users\.pkl: entry 4 "ALICE" +It is the same name as alice, which came first\./);
    expect(stdout).toMatch(/users\.pkl: entry 3 " Carol " +The name is written Carol\./);
    expect(stdout).toMatch(/classcord\.db: messages row 6 +It was said in private to nobody, who has no account\./);
    expect(stdout).toMatch(/classcord\.db: messages row 3 +The channel is written #Projet-2026\./);
    expect(stderr).toMatch(/^Would take 4 accounts and 8 messages\. New channels: #Projet-2026, #salle\. New direct conversations: 1\.\n$/);
    expect(stdout + stderr).not.toMatch(/azerty|1234|bonjour/);
    const { users, messages, audit } = await stored(database);
    expect([users, messages, audit]).toEqual([[], [], []]);
  });

  it('takes accounts and messages with their times, once', async () => {
    const { bring } = terminalOf(database, { run });
    expect((await bring(['users.pkl', 'classcord.db'])).code).toBe(0);
    const first = await stored(database);
    expect(first.users.map(({ name, role, language }) => [name, role, language])).toEqual([
      ['Carol', 'member', 'fr'],
      ['alice', 'member', 'fr'],
      ['bob', 'member', 'fr'],
      ['dan', 'member', 'fr'],
    ]);
    for (const { name, password_hash } of first.users) {
      if (name === 'dan') expect(password_hash).toBeNull();
      else expect(password_hash).toMatch(/^sha256\+\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    }
    expect(
      first.messages.map(({ author_name, author_id, channel, content, created_at }) => [
        author_name + (author_id === null ? ' (guest)' : ''),
        channel,
        content,
        (created_at - noon) / 1_000,
      ]),
    ).toEqual([
      ['alice', 'général', 'first', 0],
      ['bob', 'général', 'second', 1],
      ['invité7 (guest)', 'Projet-2026', 'guest', 2],
      ['dan', 'salle', 'in a new room', 3],
      ['bob', '', 'for you', 4],
      ['bob', 'général', 'ok', 6],
      ['bob', 'général', 'ok', 6],
      ['watch (guest)', 'supervision', 'a bot?', 7],
    ]);
    const of = (name: string) =>
      first.members
        .filter(({ user }) => user === name)
        .map(({ channel }) => channel)
        .sort();
    expect([of('dan'), of('bob')]).toEqual([
      ['dev', 'général', 'salle'],
      ['', 'dev', 'général'],
    ]);
    const last = first.messages.at(-1)!.seq;
    expect(first.members.every(({ read_seq }) => read_seq > last)).toBe(true);
    expect(first.audit).toMatchObject([{ action: 'import.classcord', subject: 'users.pkl, classcord.db', actor_name: '(local)' }]);

    const again = await bring(['users.pkl', 'classcord.db'], '--json');
    expect(again.code).toBe(0);
    const report = JSON.parse(again.stdout);
    expect(report).toMatchObject({ dryRun: false, zone: 'UTC', localTimes: 0, users: 0, messages: 0, channels: [], directs: 0 });
    expect(report.files[1].messages).toEqual({ read: 9, taken: 0, changed: 0, already: 8, refused: 1 });
    expect(report.files[0].accounts).toEqual({ read: 6, taken: 0, changed: 0, already: 4, refused: 2 });
    expect(await stored(database)).toEqual(first);
  });

  it('lets people in who are here already, and takes nothing of theirs', async () => {
    const { bring, nester } = terminalOf(database);
    await nester(['user', 'add', 'Bob', '--role', 'technician', '--password-stdin'], 'hibou-perche-42-lampadaire');
    await nester(['user', 'add', 'Eve', '--password-stdin'], 'tortue-verte-17-nuages');
    const before = (await stored(database)).users.filter(({ name }) => name === 'Bob');
    const placeOf = async (name: string) =>
      (await stored(database)).members.find(({ user, channel }) => user === name && channel === 'général')!.read_seq;
    const [bobs, eves] = [await placeOf('Bob'), await placeOf('Eve')];
    expect((await bring(['users.pkl', 'classcord.db'])).code).toBe(0);
    const { users, messages } = await stored(database);
    expect(users.filter(({ name }) => name === 'Bob')).toEqual(before);
    const own = messages.filter(({ author_id }) => author_id === before[0]!.user_id);
    expect(own.map(({ author_name, content }) => [author_name, content])).toEqual([
      ['Bob', 'second'],
      ['Bob', 'for you'],
      ['Bob', 'ok'],
      ['Bob', 'ok'],
    ]);
    // The greeting of the first account is unread at Bob's, and stays so; Eve had read all there was.
    const last = Math.max(...messages.filter(({ channel }) => channel === 'général').map(({ seq }) => seq));
    expect(eves).toBeLessThan(last);
    expect(await placeOf('Eve')).toBeGreaterThanOrEqual(last);
    expect(await placeOf('Bob')).toBe(bobs);
  });
});

describe('nester import classcord, in one folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-cli-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes no data in a dry run where there is none', async () => {
    const { bring } = terminalOf({ folder: join(folder, 'data'), databaseUrl: undefined }, { TMPDIR: folder });
    expect((await bring(['users.pkl'], '--dry-run')).code).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('answers 1 when nothing can be taken, or a file cannot be read, and takes nothing of the others', async () => {
    const { bring, nester } = terminalOf({ folder, databaseUrl: undefined });
    writeFileSync(join(files, 'empty.pkl'), '(d.');
    writeFileSync(join(files, 'text.pkl'), 'alice,azerty\n');
    expect(await bring(['empty.pkl'])).toMatchObject({ code: 1, stderr: 'nester: Nothing could be taken.\n' });
    const unreadable = expect.stringMatching(/^nester: \S+text\.pkl is neither a pickle nor a SQLite database: [^\n]+\n$/);
    expect(await bring(['users.pkl', 'text.pkl'])).toMatchObject({ code: 1, stdout: '', stderr: unreadable });
    expect(await bring(['users.pkl'], '--zone', 'Europe/Lutece')).toMatchObject({ code: 1, stderr: expect.stringContaining('no zone') });
    expect((await nester(['user', 'list'])).stdout).not.toContain('alice');
  });

  it('lets somebody without a known password in once an administrator sets one', async () => {
    const { bring, nester } = terminalOf({ folder, databaseUrl: undefined });
    await bring(['classcord.db']);
    const app = createApp(readConfig({ data: folder, http: '127.0.0.1:0', tcp: '127.0.0.1:0' }, {}), quiet);
    const { http } = await app.start();
    try {
      const logIn = async (password: string) => {
        const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user: 'dan', password }) };
        return (await fetch(`http://${http}/api/session.logIn`, init)).status;
      };
      expect(await logIn('anything')).toBe(401);
      expect((await nester(['user', 'password', 'dan', '--password-stdin'], 'hibou-perche-42-lampadaire')).code).toBe(0);
      expect(await logIn('hibou-perche-42-lampadaire')).toBe(200);
    } finally {
      await app.stop();
    }
  });

  it('takes one import at a time through a Nester that runs; the one before is over', async () => {
    const app = createApp(readConfig({ data: folder, http: '127.0.0.1:0', tcp: '127.0.0.1:0' }, {}), quiet);
    await app.start();
    const socket = net.connect(join(folder, 'nester.sock'));
    const answers: string[] = [];
    const answered = Promise.withResolvers<void>();
    socket.setEncoding('utf8').on('data', text => {
      answers.push(...String(text).trim().split('\n'));
      if (answers.length === 2) answered.resolve();
    });
    try {
      const begin = { source: 'users.pkl', language: 'fr' };
      socket.write(
        `${JSON.stringify({ id: 1, do: 'import.begin', input: begin })}\n${JSON.stringify({ id: 2, do: 'import.begin', input: begin })}\n`,
      );
      await answered.promise;
      const [first, second] = answers.map(line => JSON.parse(line).ok.importId);
      const ended = Promise.withResolvers<string>();
      socket.removeAllListeners('data').on('data', text => ended.resolve(String(text)));
      socket.write(`${JSON.stringify({ id: 3, do: 'import.finish', input: { importId: first } })}\n`);
      expect(JSON.parse(await ended.promise)).toMatchObject({ id: 3, error: { code: 'import_gone' } });
      expect(second).not.toBe(first);
    } finally {
      socket.destroy();
      await app.stop();
    }
  });
});
