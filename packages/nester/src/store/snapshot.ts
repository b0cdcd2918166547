import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { AuditTable } from './schema.ts';

/** What a database holds, in few words. */
export interface Holding {
  /** The newest migration that it has had. */
  schema: string;
  epoch: string;
  /** Of the newest event. */
  seq: number;
  counts: Record<Counted, number>;
}
export type Counted = 'users' | 'messages' | 'devices' | 'incidents';

/** Of what is counted, the table. One that an older schema does not have yet holds nothing. */
export const countedTables: Record<Counted, string> = {
  users: 'user_account',
  messages: 'message',
  devices: 'device',
  incidents: 'incident',
};

/** What a restored database is to differ in from what was backed up. */
export interface Renewal {
  /** Another one tells everybody who followed the log to begin again. */
  epoch: string;
  endSessions: boolean;
  /** The audit's record of the restore. */
  audit: AuditTable;
}

/** A database that is damaged, or none of Nester's. */
export class DatabaseFault extends Error {}

const patienceMs = 30_000;

/** Whether there is a SQLite database in a data folder. */
export function hasSqlite(folder: string): boolean {
  return existsSync(join(folder, 'nester.db'));
}

/**
 * Writes what the database of a data folder holds at one moment into a new file (mode 0600), beside a Nester that goes on
 * writing. VACUUM INTO reads all of it in one transaction, which writers do not disturb in WAL mode: it never begins again,
 * as SQLite's page-by-page backup does after each commit of another process. And it writes no free pages, in which texts
 * that were deleted long ago would still stand. Meanwhile the log beside the database cannot be folded in, and grows.
 * @throws the system's or SQLite's error
 */
export function snapshotSqlite(folder: string, into: string): void {
  const database = new DatabaseSync(join(folder, 'nester.db'), { readOnly: true, timeout: patienceMs });
  try {
    // SQLite takes an empty file for a new one; made here for the sake of its mode.
    closeSync(openSync(into, 'wx', 0o600));
    database.prepare('VACUUM INTO ?').run(into);
  } finally {
    database.close();
  }
}

/**
 * Reads through a file that nobody writes to, which need not be trusted: no expression of its schema runs.
 * @throws DatabaseFault
 */
export function inspectSqlite(file: string): Holding {
  let database: DatabaseSync | undefined;
  try {
    const url = pathToFileURL(file);
    url.searchParams.set('immutable', '1');
    database = new DatabaseSync(url, { readOnly: true, enableForeignKeyConstraints: false, allowExtension: false });
    for (const setting of ['trusted_schema = OFF', 'cell_size_check = ON']) database.exec(`PRAGMA ${setting}`);
    const complaints = database.prepare('PRAGMA integrity_check(3)').all();
    const says = complaints.map(row => String(row.integrity_check)).join('; ');
    if (says !== 'ok') throw new DatabaseFault(`the database is damaged: ${says}`);
    return holdingOf(database);
  } catch (error) {
    if (error instanceof DatabaseFault) throw error;
    throw new DatabaseFault(`the database cannot be read: ${(error as Error).message}`);
  } finally {
    database?.close();
  }
}

function holdingOf(database: DatabaseSync): Holding {
  const plain = new Set(
    database
      .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
      .all()
      .map(row => String(row.name)),
  );
  const one = (table: string, columns: string) =>
    plain.has(table) ? database.prepare(`SELECT ${columns} FROM "${table}"`).get() : undefined;
  const head = one('log_head', 'epoch, seq');
  const migration = one('kysely_migration', 'max(name) AS name');
  if (!head || !migration) throw new DatabaseFault('the database is none of Nester');
  const counts = Object.entries(countedTables).map(([what, table]) => [what, Number(one(table, 'count(*) AS n')?.n ?? 0)]);
  return { schema: String(migration.name), epoch: String(head.epoch), seq: Number(head.seq), counts: Object.fromEntries(counts) };
}

/** Makes a backed-up file into one that Nester may go on with. */
export function renewSqlite(file: string, { epoch, endSessions, audit }: Renewal): void {
  const database = new DatabaseSync(file);
  try {
    database.exec('BEGIN');
    database.prepare('UPDATE log_head SET epoch = ?').run(epoch);
    if (endSessions) database.exec('DELETE FROM session');
    const columns = Object.keys(audit);
    database
      .prepare(`INSERT INTO audit (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
      .run(...Object.values<string | number | null>({ ...audit }));
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}
