import type { DatabaseSync } from 'node:sqlite';
import type { ColumnDataType, CompiledQuery, Dialect, Kysely, SqliteDatabase, Transaction } from 'kysely';
import { PostgresDialect, SqliteDialect, sql } from 'kysely';
import type pg from 'pg';
import { postgresTransaction } from './postgres.ts';
import type { Tables } from './schema.ts';
import { kyselyDatabase, openSqlite, sqliteTransaction } from './sqlite.ts';
import { sqliteTableBytes } from './sqlite-sizes.ts';
import type { Writing } from './writing.ts';

/** Every difference between the two databases stands in this file. */
export interface StoreDialect {
  readonly name: 'sqlite' | 'postgres';
  /** Column type of a 64-bit integer. */
  readonly int64: ColumnDataType;
  /** Column type of a 64-bit float. */
  readonly float64: ColumnDataType;
  /** Column type of bytes. */
  readonly blob: ColumnDataType;
  connect(access: 'write' | 'read'): Dialect;
  /**
   * Answers a query at once, past the query builder, on the connection that reads: undefined where the database cannot,
   * or while that connection has a transaction open, whose older moment is not for others.
   */
  readNow?(query: CompiledQuery): unknown[] | undefined;
  /** Runs a transaction of the committer on the connection that writes, past the query builder. */
  transaction<T>(write: Kysely<Tables>, work: (writing: Writing) => Promise<T>): Promise<T>;
  /** Runs reads that all see one moment of the database. */
  readMoment<T>(db: Kysely<Tables>, read: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** True for a violated constraint or a value that does not fit: the fault of one unit, not of the database. */
  isConstraintFault(error: unknown): boolean;
  /** That, or a value that cannot be stored at all: whoever it comes from is dropped alone. */
  isUnitFault(error: unknown): boolean;
  isDiskFull(error: unknown): boolean;
  /** Bytes of all of it; costs nothing to ask. */
  bytes(db: Kysely<Tables>): Promise<number>;
  /** Bytes of each table with its indexes. */
  tableBytes(db: Kysely<Tables>): Promise<ReadonlyMap<string, number>>;
}

export function sqliteDialect(file: string): StoreDialect {
  /** The connection that writes, for the query builder (migrations) and past it (the committer). */
  let writer: SqliteDatabase | undefined;
  let reader: DatabaseSync | undefined;
  let reading: SqliteDatabase | undefined;
  const toWrite = () => {
    writer ??= kyselyDatabase(openSqlite(file, 'write'));
    return writer;
  };
  const toRead = () => {
    reader ??= openSqlite(file, 'read');
    reading ??= kyselyDatabase(reader);
    return reading;
  };
  return {
    name: 'sqlite',
    int64: 'integer',
    float64: 'real',
    blob: 'blob',
    // Opened at the first query: Kysely closes only what it has used, and a connection left open keeps the WAL from being folded in.
    connect: access => new SqliteDialect({ database: async () => (access === 'write' ? toWrite() : toRead()) }),
    // Until the query builder has opened the connection it would not close it.
    readNow: ({ sql, parameters }) => (reading === undefined || reader?.isTransaction ? undefined : reading.prepare(sql).all(parameters)),
    transaction: (_, work) => sqliteTransaction(toWrite(), work),
    readMoment: (db, read) => db.transaction().execute(read),
    isConstraintFault: isSqliteConstraint,
    isUnitFault: error => isSqliteConstraint(error) || unbindable.has((error as SqliteError)?.code ?? '') || isTooBig(error),
    isDiskFull: error => (error as SqliteError)?.errcode === 13,
    async bytes(db) {
      const { rows } = await sql<{ bytes: number }>`
        select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`.execute(db);
      return rows[0]!.bytes;
    },
    tableBytes: () => sqliteTableBytes(file),
  };
}

/** To connect, or for one of the connections to be free. */
const connectMs = 10_000;
/** No statement of ours takes as long; one that does is stuck. */
const statementMs = 60_000;

export async function postgresDialect(url: string): Promise<StoreDialect> {
  // Only where it is used: most servers run on SQLite.
  const { default: driver } = await import('pg');
  // Times and seqs are below 2^53, so a bigint may come as a number.
  const types = {
    getTypeParser: (oid: number, format?: 'text' | 'binary') => (oid === 20 ? Number : driver.types.getTypeParser(oid, format as 'text')),
  };
  return {
    name: 'postgres',
    int64: 'bigint',
    float64: 'double precision',
    blob: 'bytea',
    connect(access) {
      const pool = new driver.Pool({
        connectionString: url,
        max: access === 'write' ? 1 : 8,
        types: types as unknown as pg.CustomTypesConfig,
        // A server that is gone without a word must not be waited for for ever.
        connectionTimeoutMillis: connectMs,
        keepAlive: true,
        statement_timeout: statementMs,
      });
      // A server that restarts cuts idle connections. The pool makes new ones; without a listener the process would end.
      pool.on('error', () => {});
      // The pool listens only to idle ones. One that is cut in the middle of a transaction fails its query, and says so here too.
      pool.on('connect', client => client.on('error', () => {}));
      return new PostgresDialect({ pool });
    },
    transaction: postgresTransaction,
    readMoment: (db, read) => db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read),
    isConstraintFault: error => /^2[23]/.test(postgresCode(error)),
    // Class 54: larger than an index or a row takes. A TypeError: the driver could not write the value down.
    isUnitFault: error => /^(2[23]|54)/.test(postgresCode(error)) || error instanceof TypeError,
    isDiskFull: error => postgresCode(error) === '53100',
    bytes: postgresBytes,
    tableBytes: postgresTableBytes,
  };
}

/** What node:sqlite throws: `code` is Node's, `errcode` is SQLite's own (sqlite.org/rescode.html). */
interface SqliteError {
  code?: string;
  errcode?: number;
  message?: string;
}

/** Node refuses the value before SQLite sees it. */
const unbindable: ReadonlySet<string> = new Set(['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE', 'ERR_OUT_OF_RANGE']);

const isSqliteConstraint = (error: unknown) => /constraint failed/i.test((error as SqliteError)?.message ?? '');

const isTooBig = (error: unknown) => (error as SqliteError)?.errcode === 18;

function postgresCode(error: unknown): string {
  return String((error as { code?: unknown })?.code ?? '');
}

async function postgresTableBytes(db: Kysely<Tables>): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ name: string; bytes: number }>`
    select relname as name, pg_total_relation_size(oid) as bytes from pg_class
    where relkind = 'r' and relnamespace = current_schema()::regnamespace`.execute(db);
  return new Map(rows.map(row => [row.name, Number(row.bytes)]));
}

async function postgresBytes(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`.execute(db);
  return Number(rows[0]!.bytes);
}
