import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leftovers, makingOf, openHouse, put, restoreOf, type State, say, stateOf } from '../../test/backed-up.ts';
import { onEachDatabase, onPostgres, type TestDatabase } from '../../test/databases.ts';
import { openOlderStore } from '../../test/older-store.ts';
import { quickFolder } from '../../test/quick-folder.ts';
import { FolderInUse } from '../store/folder-lock.ts';
import { lockBackups, makeBackup } from './make.ts';
import { finishRestore } from './replacing.ts';
import { restoreBackup } from './restore.ts';

/** A database with two states, of which a backup holds the first. */
function twoStates(newDatabase: () => Promise<TestDatabase>) {
  const room = {
    database: {} as TestDatabase,
    file: '',
    before: {} as State,
    now: {} as State,
    at: (...path: string[]) => join(room.database.folder, ...path),
    restore: (more = {}) => restoreBackup({ ...restoreOf(room.database), file: room.file, ...more }),
    /** What a restore leads to: the inbox is only added to. */
    expected: () => ({ messages: room.before.messages, files: { ...room.before.files, 'inbox/KC/new.json': 'new' } }),
  };
  beforeEach(async () => {
    const database = await newDatabase();
    room.database = database;
    await say(database, 'one', 'two');
    put(database.folder, { 'files/kept': 'then', 'files/gone': 'gone', 'quarantine/odd': 'odd', 'inbox/KC/old.json': 'old' });
    utimesSync(room.at('inbox/KC/old.json'), 1_700_000_000, 1_700_000_000);
    room.file = (await makeBackup(makingOf(database))).file;
    room.before = await stateOf(database);
    await say(database, 'three');
    rmSync(room.at('files/gone'));
    rmSync(room.at('inbox/KC/old.json'));
    put(database.folder, { 'files/kept': 'now', 'files/new': 'new', 'inbox/KC/new.json': 'new' });
    room.now = await stateOf(database);
  });
  afterEach(() => room.database.remove());
  return room;
}

onEachDatabase('a restore', newDatabase => {
  const room = twoStates(newDatabase);

  it('brings back what was, keeps what waits in the inbox, and saves what there was', async () => {
    const { manifest, saved, aside } = await room.restore();
    expect(manifest.counts.messages).toBe(room.before.messages.length);
    const after = await stateOf(room.database);
    expect(after).toMatchObject(room.expected());
    expect(statSync(room.at('inbox/KC/old.json')).mtimeMs).toBe(1_700_000_000_000);
    // Whoever has seen more than this begins again.
    expect([room.before.epoch, room.now.epoch]).not.toContain(after.epoch);
    expect(aside).toBeUndefined();
    expect(leftovers(room.database.folder)).toEqual([]);
    expect(existsSync(`${saved!.file}.keep`)).toBe(true);
    // And back again.
    await room.restore({ file: saved!.file });
    expect((await stateOf(room.database)).messages).toEqual(room.now.messages);
    await say(room.database, 'four');
  });

  it('stands in the audit of what it brings back, once, whatever the file is called', async () => {
    const odd = room.at("l'autre \\ :name.tar.gz");
    const { file, manifest } = await makeBackup(makingOf(room.database));
    copyFileSync(file, odd);
    await room.restore({ file: odd, now: () => 1_800_000_000_000 });
    expect((await stateOf(room.database)).restored).toEqual([basename(odd)]);
    const chat = await openHouse(room.database);
    const { records } = await chat.call({ kind: 'local' }, 'audit.list', { search: 'backup.restore' });
    await chat.house.close();
    const detail = JSON.stringify({ from: Date.parse(manifest.at) });
    expect(records).toMatchObject([{ at: 1_800_000_000_000, actor: '(local)', door: 'local', detail }]);
    // The state of the backup knows of no restore but of its own.
    await room.restore();
    expect((await stateOf(room.database)).restored).toEqual([basename(room.file)]);
  });

  it('does nothing while Nester runs, or a backup is made', async () => {
    const chat = await openHouse(room.database);
    await expect(room.restore()).rejects.toThrow(FolderInUse);
    await chat.house.close();
    const release = lockBackups(room.database.folder);
    await expect(room.restore()).rejects.toThrow('Another backup, or a restore, is under way');
    release();
    expect(await stateOf(room.database)).toEqual(room.now);
  });

  it('does nothing when it is not confirmed, and when the backup is unsound', async () => {
    const confirm = async () => {
      throw new Error('no');
    };
    await expect(room.restore({ confirm })).rejects.toThrow('no');
    truncateSync(room.file, 3_000);
    await expect(room.restore()).rejects.toThrow('is cut off');
    await expect(room.restore({ file: room.at('backups/none.tar.gz') })).rejects.toThrow('there is no such file');
    expect(await stateOf(room.database)).toEqual(room.now);
    expect(leftovers(room.database.folder)).toEqual([]);
  });

  it('ends sessions when that is asked for', async () => {
    const chat = await openHouse(room.database);
    await chat.call({ kind: 'local' }, 'user.create', { name: 'Bo', password: 'correct-horse-battery-9', role: 'member' });
    await chat.call({ kind: 'visitor' } as never, 'session.logIn', { user: 'Bo', password: 'correct-horse-battery-9' });
    await chat.house.close();
    room.file = (await makeBackup(makingOf(room.database))).file;
    await room.restore();
    expect((await stateOf(room.database)).sessions).toBe(1);
    await room.restore({ endSessions: true });
    expect((await stateOf(room.database)).sessions).toBe(0);
  });

  it('refuses a backup of the other database', async () => {
    const other = room.database.databaseUrl
      ? { ...room.database, databaseUrl: undefined, folder: room.at('other') }
      : { ...room.database, databaseUrl: 'postgres://localhost/never-asked' };
    mkdirSync(other.folder, { recursive: true });
    await expect(restoreBackup({ ...restoreOf(other), file: room.file })).rejects.toThrow(
      /holds a database of (?:SQLite|PostgreSQL), and the settings name/,
    );
  });

  it('of an older schema is brought up to date by the next start', async () => {
    const older = await newDatabase('without tables');
    try {
      await (await openOlderStore(older)).destroy();
      const { file: old, manifest } = await makeBackup(makingOf(older));
      expect(manifest).toMatchObject({ schema: '0005-diagnostics', counts: { users: 0, messages: 0 } });
      copyFileSync(old, room.file);
      rmSync(`${room.file}.sha256`);
      await room.restore();
      await say(room.database, 'new');
      expect((await stateOf(room.database)).messages.at(-1)).toBe('new');
    } finally {
      await older.remove();
    }
  });
});

describe('a restore of files', () => {
  const room = twoStates(async () => {
    const folder = mkdtempSync(join(quickFolder(), 'aerie-restore-'));
    return { folder, databaseUrl: undefined, remove: async () => rmSync(folder, { recursive: true, force: true }) };
  });

  it('puts the key back where there is none, and beside another one', async () => {
    const key = readFileSync(room.at('secret.key'), 'utf8');
    room.file = (await makeBackup(makingOf(room.database, { withKey: true }))).file;
    rmSync(room.at('secret.key'));
    expect((await room.restore()).key).toBe(room.at('secret.key'));
    expect([readFileSync(room.at('secret.key'), 'utf8'), statSync(room.at('secret.key')).mode & 0o777]).toEqual([key, 0o600]);
    expect((await room.restore()).key).toBe(room.at('secret.key'));
    writeFileSync(room.at('secret.key'), 'another');
    const beside = (await room.restore()).key!;
    expect(beside).toMatch(/secret\.key\.of-aerie-/);
    expect([readFileSync(room.at('secret.key'), 'utf8'), readFileSync(beside, 'utf8')]).toEqual(['another', key]);
  });

  it('keeps both where another file of the same name waits', async () => {
    put(room.database.folder, { 'inbox/KC/old.json': 'another' });
    await room.restore();
    expect((await stateOf(room.database)).files).toMatchObject({ 'inbox/KC/old.json': 'another', 'inbox/KC/old-2.json': 'old' });
  });

  it('refuses to replace a folder that is a link, before it touches anything', async () => {
    rmSync(room.at('files'), { recursive: true });
    mkdirSync(room.at('elsewhere'));
    symlinkSync(room.at('elsewhere'), room.at('files'));
    await expect(room.restore()).rejects.toThrow(/files is a link, and cannot be replaced/);
    expect((await stateOf(room.database)).messages).toEqual(room.now.messages);
  });
});

describe('a restore over a damaged database', () => {
  it('keeps its files as they are', async () => {
    const folder = spawnSync('mktemp', ['-d'], { encoding: 'utf8' }).stdout.trim();
    const database: TestDatabase = { folder, databaseUrl: undefined, remove: async () => {} };
    try {
      await say(database, 'one');
      put(folder, { 'files/one': '1' });
      const { file } = await makeBackup(makingOf(database));
      await say(database, 'two');
      writeFileSync(join(folder, 'nester.db'), Buffer.alloc(100_000, 0x55));
      writeFileSync(join(folder, 'nester.db-wal'), 'of the old one');
      const { saved, aside } = await restoreBackup({ ...restoreOf(database), file });
      expect(saved).toBeUndefined();
      expect(aside!.because).toMatch(/not a database/);
      expect(readdirSync(aside!.folder).sort()).toEqual(['files', 'nester.db', 'nester.db-shm', 'nester.db-wal']);
      expect(readFileSync(join(aside!.folder, 'nester.db'))).toEqual(Buffer.alloc(100_000, 0x55));
      expect((await stateOf(database)).messages.at(-1)).toBe('one');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('into a new folder has nothing to save', async () => {
    const folder = spawnSync('mktemp', ['-d'], { encoding: 'utf8' }).stdout.trim();
    const old: TestDatabase = { folder: join(folder, 'old'), databaseUrl: undefined, remove: async () => {} };
    const fresh = { ...old, folder: join(folder, 'new') };
    try {
      await say(old, 'one');
      const { file } = await makeBackup(makingOf(old));
      const { saved, aside } = await restoreBackup({ ...restoreOf(fresh), file });
      expect([saved, aside]).toEqual([undefined, undefined]);
      expect((await stateOf(fresh)).messages.at(-1)).toBe('one');
      expect(statSync(fresh.folder).mode & 0o777).toBe(0o700);
      const database = new DatabaseSync(join(fresh.folder, 'nester.db'));
      expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
      database.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

onPostgres('a restore into a server', newDatabase => {
  let database: TestDatabase;
  let file: string;
  const query = async (statement: string) => {
    const client = new pg.Client({ connectionString: database.databaseUrl });
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end();
    }
  };
  beforeEach(async () => {
    database = await newDatabase();
    await say(database, 'one');
    file = (await makeBackup(makingOf(database))).file;
    await say(database, 'two');
  });
  afterEach(() => database.remove());

  it('takes tables of a newer Nester away with the rest', async () => {
    await query('create table of_the_future () inherits (message)');
    await query("insert into kysely_migration values ('0999-future', '')");
    await restoreBackup({ ...restoreOf(database), file });
    expect(await query(`select to_regclass('of_the_future') as there`)).toEqual([{ there: null }]);
    expect((await stateOf(database)).messages.at(-1)).toBe('one');
  });

  it('waits for nobody who is connected, and says so', async () => {
    const other = new pg.Client({ connectionString: database.databaseUrl });
    await other.connect();
    try {
      await expect(restoreBackup({ ...restoreOf(database), file })).rejects.toThrow(
        /nothing was changed: The database is in use by another program/,
      );
    } finally {
      await other.end();
    }
    expect((await stateOf(database)).messages.at(-1)).toBe('two');
  });

  it('changes nothing when the server takes only a part of it', async () => {
    await query(`create function refuse() returns event_trigger language plpgsql as $$ begin raise exception 'not today'; end $$`);
    await query(`create event trigger no_index on ddl_command_end when tag in ('CREATE INDEX') execute function refuse()`);
    await expect(restoreBackup({ ...restoreOf(database), file })).rejects.toThrow(/nothing was changed: psql ended with 3: .*not today/);
    await query('drop event trigger no_index');
    expect((await stateOf(database)).messages.at(-1)).toBe('two');
    await finishRestore({ data: database.folder, databaseUrl: database.databaseUrl });
    expect(leftovers(database.folder)).toEqual([]);
  });
});
