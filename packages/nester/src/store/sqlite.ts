import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase } from 'kysely';
import { insertText, type Writing, type Written } from './writing.ts';

const cachedStatements = 256;

/** Opens one connection with the pragmas that make an acknowledged commit a durable one. */
export function openSqlite(file: string, access: 'write' | 'read'): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5_000, enableForeignKeyConstraints: true });
  database.exec('PRAGMA journal_mode = WAL');
  // FULL: the WAL is synced at every commit (sqlite.org/pragma.html#pragma_synchronous).
  database.exec('PRAGMA synchronous = FULL');
  // 32 MiB: what is written often, such as the ends of indexes, goes into the database once for many commits. A start after a crash reads as much.
  database.exec('PRAGMA wal_autocheckpoint = 8000');
  database.exec('PRAGMA cache_size = -32000');
  database.exec('PRAGMA temp_store = MEMORY');
  if (access === 'read') database.exec('PRAGMA query_only = ON');
  return database;
}

interface CachedStatement {
  reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
}

/**
 * A transaction of statements that SQLite runs at once. A row at a time: prepared once, it costs less than several rows a
 * statement, and tells by itself whether it was written.
 */
export async function sqliteTransaction<T>(database: SqliteDatabase, work: (writing: Writing) => Promise<T>): Promise<T> {
  database.prepare('begin').run([]);
  try {
    const result = await work({
      run<R>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }): Written<R> {
        const statement = database.prepare(sql);
        if (!statement.reader) return { rows: [], changed: Number(statement.run(parameters).changes) };
        const rows = statement.all(parameters) as R[];
        return { rows, changed: rows.length };
      },
      insert(table, rows, once) {
        const columns = Object.keys(rows[0] ?? {});
        const statement = database.prepare(insertText(() => '?', table, columns, 1, once));
        const values: unknown[] = columns.map(() => null);
        const there: number[] = [];
        rows.forEach((row, i) => {
          for (let n = 0; n < columns.length; n++) values[n] = row[columns[n]!];
          if (statement.run(values).changes === 0) there.push(i);
        });
        return there;
      },
    });
    database.prepare('commit').run([]);
    return result;
  } catch (error) {
    database.prepare('rollback').run([]);
    throw error;
  }
}

/** node:sqlite in the shape that Kysely's SQLite dialect expects, with prepared statements kept by their text. */
export function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const cache = new Map<string, CachedStatement>();
  return {
    close: () => database.close(),
    prepare(sql: string) {
      if (sql === 'rollback') return rollback(database);
      let statement = cache.get(sql);
      if (statement) {
        cache.delete(sql);
      } else {
        statement = wrap(database.prepare(sql));
        if (cache.size >= cachedStatements) cache.delete(cache.keys().next().value as string);
      }
      cache.set(sql, statement);
      return statement;
    },
  };
}

/**
 * After some errors (a full disk above all) SQLite has rolled back already, and says so of a second rollback: that would
 * be told in place of the error (sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction).
 */
function rollback(database: DatabaseSync): CachedStatement {
  return {
    reader: false,
    all: () => [],
    run() {
      if (database.isTransaction) database.exec('rollback');
      return { changes: 0, lastInsertRowid: 0 };
    },
    iterate: () => [].values(),
  };
}

function wrap(statement: StatementSync): CachedStatement {
  return {
    reader: statement.columns().length > 0,
    all: parameters => statement.all(...(parameters as SQLInputValue[])),
    run: parameters => statement.run(...(parameters as SQLInputValue[])),
    iterate: parameters => statement.iterate(...(parameters as SQLInputValue[])),
  };
}
