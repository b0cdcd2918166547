import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

/** How a database is, seen from outside a Nester that may be running. */
export type DatabaseHealth =
  | { state: 'absent' }
  /** `says` is the database's own complaint. */
  | { state: 'broken'; says: string }
  | { state: 'unreachable'; says: string }
  /** `lastAt` is when the newest event was written, `applied` names the migrations that it has gone through. */
  | { state: 'sound'; version: string; lastAt: number | undefined; applied: readonly string[] };

const connectMs = 5_000;

/** Reads a database through and changes nothing. */
export async function databaseHealth(where: { folder: string; databaseUrl?: string | undefined }): Promise<DatabaseHealth> {
  return where.databaseUrl ? await postgresHealth(where.databaseUrl) : sqliteHealth(join(where.folder, 'nester.db'));
}

/** What stands sealed in a database, with what it was sealed for; none where there is no database, or an older one. */
export async function sealedTexts(where: {
  folder: string;
  databaseUrl?: string | undefined;
}): Promise<{ purpose: string; sealed: string }[]> {
  try {
    return where.databaseUrl ? await postgresSealed(where.databaseUrl) : sqliteSealed(join(where.folder, 'nester.db'));
  } catch {
    // What is wrong with the database itself is said by `databaseHealth`.
    return [];
  }
}

const sealed = `select name as purpose, value as sealed from setting where name = 'mail.password'
  union all select 'route:' || route_id, secret from route where secret is not null`;

function sqliteSealed(file: string): { purpose: string; sealed: string }[] {
  if (!existsSync(file)) return [];
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    return database.prepare(sealed).all() as { purpose: string; sealed: string }[];
  } finally {
    database.close();
  }
}

async function postgresSealed(url: string): Promise<{ purpose: string; sealed: string }[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectMs });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<{ purpose: string; sealed: string }>(sealed)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

const appliedSteps = 'select name from kysely_migration order by name';
/** A message's entry in the log is its own row. */
const lastEvent = `select max(at) as at from (
  select * from (select at from event order by seq desc limit 1) as e
  union all select * from (select created_at from message order by seq desc limit 1) as m) as last`;

function sqliteHealth(file: string): DatabaseHealth {
  if (!existsSync(file)) return { state: 'absent' };
  // To be opened, a pipe would wait for whoever put it there.
  if (!statSync(file).isFile()) return { state: 'broken', says: 'it is no file' };
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    const complaints = database
      .prepare('PRAGMA quick_check(3)')
      .all()
      .map(row => String(row.quick_check));
    if (complaints.join() !== 'ok') return { state: 'broken', says: complaints.join('; ') };
    const { version } = database.prepare('select sqlite_version() as version').get() as { version: string };
    const last = database.prepare(lastEvent).get() as { at: number } | undefined;
    const applied = database.prepare(appliedSteps).all() as { name: string }[];
    return { state: 'sound', version: `SQLite ${version}`, lastAt: last?.at, applied: applied.map(({ name }) => name) };
  } catch (error) {
    return { state: 'broken', says: (error as Error).message };
  } finally {
    database?.close();
  }
}

async function postgresHealth(url: string): Promise<DatabaseHealth> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectMs });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    const version = `PostgreSQL ${rows[0]!.server_version}`;
    const made = await client.query<{ made: boolean }>(`select to_regclass('event') is not null as made`);
    if (!made.rows[0]!.made) return { state: 'absent' };
    const last = await client.query<{ at: string }>(lastEvent);
    const applied = await client.query<{ name: string }>(appliedSteps);
    const lastAt = last.rows[0] && Number(last.rows[0].at);
    return { state: 'sound', version, lastAt, applied: applied.rows.map(({ name }) => name) };
  } catch (error) {
    return { state: 'unreachable', says: (error as Error).message };
  } finally {
    await client.end().catch(() => {});
  }
}
