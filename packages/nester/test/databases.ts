import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, inject } from 'vitest';
import { needs } from '../../../test/kit/needs.ts';
import { administer, databaseAt } from './postgres.ts';
import { quickFolder } from './quick-folder.ts';

/** An empty database of a test's own, as `openStore` takes it. */
export interface TestDatabase {
  folder: string;
  databaseUrl: string | undefined;
  /** Removes it; call it when its store is closed. */
  remove(): Promise<void>;
}

/** @param shape without tables: as a server gives one, which `openStore` would bring into the newest shape */
type NewDatabase = (shape?: 'without tables') => Promise<TestDatabase>;

/** Makes a suite for each database: the same tests over SQLite and, where the machine has one, over PostgreSQL. */
export function onEachDatabase(name: string, suite: (newDatabase: NewDatabase) => void): void {
  describe(`${name}, on SQLite`, () => suite(newSqlite));
  onPostgres(name, suite);
}

/** Makes a suite for PostgreSQL alone: what only a server does. */
export function onPostgres(name: string, suite: (newDatabase: NewDatabase) => void): void {
  const postgres = process.env.AERIE_TEST_POSTGRES ? describe : needs('postgres');
  postgres(`${name}, on PostgreSQL`, () => suite(newPostgres));
}

async function newSqlite(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(quickFolder(), 'aerie-store-'));
  return { folder, databaseUrl: undefined, remove: async () => rmSync(folder, { recursive: true, force: true }) };
}

let made = 0;

async function newPostgres(shape?: 'without tables'): Promise<TestDatabase> {
  const server = inject('postgres');
  if (!server) throw new Error('no PostgreSQL was started: vitest.config.ts names packages/nester/test/postgres.ts as globalSetup');
  const { folder, remove } = await newSqlite();
  const name = `aerie_test_${process.pid}_${Date.now().toString(36)}_${++made}`;
  await administer(server.url, shape === 'without tables' ? `create database ${name}` : server.create.join(name));
  const databaseUrl = databaseAt(server.url, name);
  return {
    folder,
    databaseUrl,
    async remove() {
      // It waits by itself, up to five seconds, for connections that are about to be gone.
      await administer(server.url, `drop database ${name}`);
      await remove();
    },
  };
}
