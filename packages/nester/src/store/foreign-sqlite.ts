import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';

const magic = 'SQLite format 3\0';
const patienceMs = 2_000;
/** Files that SQLite keeps beside a database; without them the last changes are missing, or half there. */
const besides = ['-wal', '-journal'];
const copyAttempts = 3;

/** Why a database of another program cannot be read: one line, what is wrong and the mend. */
export class ForeignFault extends Error {}

/** True when the file begins as SQLite databases do. */
export function isSqlite(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, magic.length)).toString('latin1') === magic;
}

/**
 * A SQLite database of another program, read without changing anything in or beside it. Its schema is not trusted: only
 * plain tables and stored columns are read, by their quoted names, so that no view, trigger or expression of it ever runs.
 */
export class ForeignSqlite {
  readonly #file: string;
  readonly #database: DatabaseSync;

  /** @throws ForeignFault */
  constructor(file: string) {
    this.#file = file;
    // Read in its own place, a database with a log or a journal would be written to: it is recovered in a copy.
    const copy = needsRecovery(file) ? copyOf(file) : undefined;
    try {
      this.#database = this.#guard(() => opened(copy ? join(copy, basename(file)) : file, copy === undefined));
    } finally {
      // It may hold passwords. What is open stays readable; however this process ends, no copy is left behind.
      if (copy) rmSync(copy, { recursive: true, force: true });
    }
  }

  /** The stored columns of a table, in lower case; undefined when there is no such plain table. */
  columns(table: string): Set<string> | undefined {
    return this.#guard(() => {
      const name = this.#tableNamed(table);
      if (name === undefined) return undefined;
      const rows = this.#database.prepare('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0').all(name);
      return new Set(rows.map(row => String(row.name).toLowerCase()));
    });
  }

  /** The rows of a table, in the order in which they are stored; only these columns. Whole numbers come as bigint. */
  *rows<C extends string>(table: string, columns: readonly C[]): Generator<Record<C, SQLOutputValue>> {
    const rows = this.#guard(() => {
      const name = this.#tableNamed(table);
      if (name === undefined) throw new ForeignFault(`${this.#file} has no table ${table}.`);
      const statement = this.#database.prepare(
        `SELECT ${columns.map(column => `${quote(column)} AS ${quote(column)}`).join(', ')} FROM ${quote(name)}`,
      );
      statement.setReadBigInts(true);
      return statement.iterate();
    });
    for (;;) {
      const next = this.#guard(() => rows.next());
      if (next.done) return;
      yield next.value as Record<C, SQLOutputValue>;
    }
  }

  close(): void {
    this.#database.close();
  }

  #tableNamed(table: string): string | undefined {
    const found = this.#database
      .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND lower(name) = ?")
      .get(table);
    return found && String(found.name);
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof ForeignFault) throw error;
      throw new ForeignFault(`${this.#file} ${troubleOf(error)}`);
    }
  }
}

function opened(file: string, readOnly: boolean): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly, timeout: patienceMs, enableForeignKeyConstraints: false, allowExtension: false });
  for (const setting of ['trusted_schema = OFF', 'cell_size_check = ON', 'query_only = ON']) database.exec(`PRAGMA ${setting}`);
  // All that is read is of one moment, and every file that it stands in is open now.
  database.exec('BEGIN');
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
  return database;
}

/** Result codes of SQLite (sqlite.org/rescode.html), without their extension. */
function troubleOf(error: unknown): string {
  const code = Number((error as { errcode?: unknown }).errcode ?? 0) & 0xff;
  if (code === 5 || code === 6) return 'is in use: another program is writing to it. Stop the old server, then try again.';
  if (code === 11 || code === 26) return 'is damaged: SQLite cannot read it. Copy it again, or mend it with "sqlite3 FILE .recover".';
  return `cannot be read: ${(error as Error).message}.`;
}

/** Bytes 18 and 19 say whether the database is in WAL mode (sqlite.org/fileformat.html, section 1.3.3). */
function needsRecovery(file: string): boolean {
  const header = Buffer.alloc(20);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, 0, header.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return header[18] === 2 || header[19] === 2 || besides.some(suffix => existsSync(file + suffix));
}

/** Copies a database with what stands beside it into a folder of its own. */
function copyOf(file: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'nester-import-'));
  const parts = ['', ...besides].map(suffix => file + suffix);
  const look = () => parts.map(part => (existsSync(part) ? `${statSync(part).size} ${statSync(part).mtimeMs}` : '')).join();
  try {
    for (let attempt = 0; attempt < copyAttempts; attempt++) {
      const before = look();
      for (const part of parts) if (existsSync(part)) copyFileSync(part, join(folder, basename(part)));
      if (look() === before) return folder;
    }
    throw new ForeignFault(`${file} changes while it is read. Stop the old server, then try again.`);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
