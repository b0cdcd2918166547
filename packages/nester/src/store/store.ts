import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { postgresDialect, type StoreDialect, sqliteDialect } from './dialect.ts';
import { migrate } from './migrate.ts';
import { readPast } from './prepared.ts';
import type { Tables } from './schema.ts';

/** An open database: one connection that writes (the committer's), others that read. */
export interface Store {
  readonly dialect: StoreDialect;
  readonly write: Kysely<Tables>;
  readonly read: Kysely<Tables>;
  close(): Promise<void>;
}

/**
 * Opens (and migrates) the store.
 * @param where `databaseUrl` names a PostgreSQL database; without it `nester.db` in `folder` is used, made if absent (folder mode 0700).
 */
export async function openStore(where: { folder: string; databaseUrl?: string | undefined }): Promise<Store> {
  const dialect = where.databaseUrl ? await postgresDialect(where.databaseUrl) : sqliteDialect(sqliteFile(where.folder));
  const write = new Kysely<Tables>({ dialect: dialect.connect('write') });
  try {
    await migrate(write, dialect);
  } catch (error) {
    await write.destroy();
    throw error;
  }
  const read = new Kysely<Tables>({ dialect: dialect.connect('read') });
  if (dialect.readNow) readPast(read, query => dialect.readNow?.(query));
  return {
    dialect,
    write,
    read,
    async close() {
      await read.destroy();
      await write.destroy();
    },
  };
}

function sqliteFile(folder: string): string {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'nester.db');
  // The log and the shared memory beside it get the rights of this file.
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  return file;
}
