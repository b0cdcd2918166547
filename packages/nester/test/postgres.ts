import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { programPath } from '../../../scripts/programs.ts';
import { openStore } from '../src/store/store.ts';
import { quickFolder } from './quick-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL where tests may create databases; undefined where the machine has none. */
    postgres: TestPostgres | undefined;
  }
}

export interface TestPostgres {
  url: string;
  /** The statement that makes a database in the newest shape, before its name, and what follows the name. */
  create: readonly [string, string];
}

const startMs = 30_000;

/**
 * Gives the test run a PostgreSQL: the one that AERIE_TEST_POSTGRES names, or a throw-away cluster in a temporary folder,
 * reached over its own socket.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.AERIE_TEST_POSTGRES;
  const postgres = programPath('postgres');
  if (!given && !postgres) {
    project.provide('postgres', undefined);
    return undefined;
  }
  const cluster = given ? { url: given, stop: async () => {} } : await startCluster(dirname(postgres!));
  try {
    const pattern = await makePattern(cluster.url);
    project.provide('postgres', { url: cluster.url, create: pattern.create });
    return async () => {
      await pattern.remove();
      await cluster.stop();
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** Runs one statement on a server. */
export async function administer(url: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A server's address, with another database of it. */
export function databaseAt(url: string, name: string): string {
  return url.replace(/\/[^/]*$/, `/${name}`);
}

/** Brings one database into the newest shape, for the tests' own to be copies of: that takes a quarter of the time. */
async function makePattern(url: string): Promise<{ create: TestPostgres['create']; remove(): Promise<void> }> {
  const name = `aerie_pattern_${process.pid}_${Date.now().toString(36)}`;
  await administer(url, `create database ${name}`);
  const store = await openStore({ folder: tmpdir(), databaseUrl: databaseAt(url, name) });
  await store.close();
  const { rows } = await administer(url, 'show server_version_num');
  // Before 15, files are copied anyway and nothing else can be said.
  const strategy = Number(rows[0].server_version_num) >= 150_000 ? ' strategy file_copy' : '';
  return {
    create: ['create database ', ` template ${name}${strategy}`],
    remove: async () => void (await administer(url, `drop database ${name}`)),
  };
}

async function startCluster(programs: string): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(quickFolder(), 'aerie-pg-'));
  // PostgreSQL refuses to run as root.
  const asOwner = process.getuid?.() === 0 ? ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--init-groups'] : [];
  if (asOwner.length > 0) chownSync(folder, idOf('-u'), idOf('-g'));
  const run = (program: string, ...args: string[]): [string, string[]] => {
    const [first, ...rest] = [...asOwner, join(programs, program), ...args];
    return [first!, rest];
  };
  const data = join(folder, 'data');
  execFileSync(...run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'), {
    stdio: 'pipe',
    cwd: '/',
  });
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    'max_connections=200',
    // Nothing here outlives a crash of the machine, nor is it worth tending.
    ...['fsync=off', 'full_page_writes=off', 'autovacuum=off', 'wal_level=minimal', 'max_wal_senders=0', 'max_wal_size=64MB'],
  ];
  const [first, rest] = run('postgres', '-D', data, ...settings.flatMap(setting => ['-c', setting]));
  // The shell ends the server and removes its folder when its standard input ends: when it is told to, and when this process dies.
  const script = '"$@" <&- & pid=$!; read -r _; kill -QUIT $pid; wait $pid; rm -rf "$0"';
  const server = spawn('sh', ['-c', script, folder, first, ...rest], { stdio: ['pipe', 'ignore', 'pipe'], cwd: '/' });
  let said = '';
  const ready = new Promise<void>((resolve, reject) => {
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`PostgreSQL ended:\n${said}`)));
    setTimeout(() => reject(new Error(`PostgreSQL is not ready after ${startMs} ms:\n${said}`)), startMs).unref();
  });
  const stop = async () => {
    const gone = once(server, 'exit');
    server.stdin.end();
    if (server.exitCode === null) await gone;
  };
  try {
    await ready;
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgres://postgres@${encodeURIComponent(folder)}/postgres`, stop };
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}
