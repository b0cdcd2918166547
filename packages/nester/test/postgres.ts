import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { programPath } from '../../../scripts/programs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL where tests may create databases; undefined where the machine has none. */
    postgres: string | undefined;
  }
}

const startMs = 30_000;

/**
 * Gives the test run a PostgreSQL: the one that AERIE_TEST_POSTGRES names, or a throw-away cluster in a temporary folder,
 * reached over its own socket.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.AERIE_TEST_POSTGRES;
  const postgres = programPath('postgres');
  if (given || !postgres) {
    project.provide('postgres', given);
    return undefined;
  }
  const cluster = await startCluster(dirname(postgres));
  project.provide('postgres', cluster.url);
  return cluster.stop;
}

async function startCluster(programs: string): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'aerie-pg-'));
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
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off', 'max_connections=200'];
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
