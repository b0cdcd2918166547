import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { spawnAsSelf } from '../owner.ts';

/** A program of PostgreSQL that is missing, or that did not do its work: one line, what is wrong and the mend. */
export class ToolFault extends Error {}

export type Tool = 'pg_dump' | 'pg_restore' | 'psql';

/** What libpq takes from a URL; what only Node's driver knows is left out. Secrets come by the environment. */
const taken = new Set([
  'application_name',
  'channel_binding',
  'connect_timeout',
  'host',
  'hostaddr',
  'keepalives',
  'options',
  'passfile',
  'port',
  'sslcert',
  'sslcrl',
  'sslkey',
  'sslmode',
  'sslrootcert',
  'target_session_attrs',
]);
const modes = new Set(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']);

/** A database's URL for a program that everybody on the machine can see, and what goes into its environment instead. */
export function connectionOf(databaseUrl: string): { url: string; environment: Record<string, string> } {
  // Of a URL without a host, and of one with a socket's folder as its host, the standard class knows nothing.
  const [, scheme = '', user, password, rest = ''] = /^(\w+:\/\/)(?:([^/?#@:]*)(?::([^/?#]*))?@)?(.*)$/.exec(databaseUrl) ?? [];
  const [before = '', query = ''] = `${scheme}${user === undefined ? '' : `${user}@`}${rest}`.split('?', 2);
  const given = new URLSearchParams(query);
  const parameters = new URLSearchParams();
  for (const [name, value] of given) {
    if (name === 'ssl' && value !== 'false' && value !== '0') parameters.set('sslmode', 'require');
    else if (name === 'sslmode' && !modes.has(value)) parameters.set('sslmode', 'require');
    else if (taken.has(name)) parameters.set(name, value);
  }
  // The query's values are decoded already.
  const secret = password === undefined ? given.get('password') : decodeURIComponent(password);
  return {
    url: parameters.size === 0 ? before : `${before}?${parameters.toString().replaceAll('+', '%20')}`,
    environment: secret === null ? {} : { PGPASSWORD: secret },
  };
}

/** A program of PostgreSQL that runs. */
export interface RunningTool {
  stdin: Writable;
  stdout: Readable;
  /** @throws ToolFault when it ended otherwise than well */
  ended: Promise<void>;
  kill(): void;
}

/** Starts a program of PostgreSQL; it asks nobody for a password. */
export function runTool(tool: Tool, args: readonly string[], databaseUrl?: string): RunningTool {
  const { url, environment } = databaseUrl ? connectionOf(databaseUrl) : { url: undefined, environment: {} };
  const target = url === undefined ? [] : ['--no-password', `--dbname=${url}`];
  const child = spawnAsSelf(tool, [...target, ...args], {
    env: { ...process.env, ...environment, LC_ALL: 'C' },
  });
  // Whoever ends before all is written says why on its standard error.
  child.stdin.on('error', () => {});
  const ended = endOf(tool, child);
  ended.catch(() => {});
  return { stdin: child.stdin, stdout: child.stdout, ended, kill: () => void child.kill('SIGKILL') };
}

const saidBytes = 8_192;

async function endOf(tool: Tool, child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, saidBytes);
  });
  const code = await Promise.race([
    once(child, 'close').then(([status, signal]) => (status ?? signal) as number | string),
    once(child, 'error').then(([error]) => error as NodeJS.ErrnoException),
  ]).catch((error: NodeJS.ErrnoException) => error);
  if (code === 0) return;
  if (typeof code === 'object') throw missing(tool, code);
  throw new ToolFault(sentenceOf(tool, said.trim(), code));
}

function missing(tool: Tool, error: NodeJS.ErrnoException): ToolFault {
  if (error.code !== 'ENOENT') return new ToolFault(`${tool} does not start: ${error.message}.`);
  return new ToolFault(`${tool} is not on this machine: "apt-get install postgresql-client" brings it.`);
}

function sentenceOf(tool: Tool, said: string, code: number | string): string {
  const versions = /server version: (\d+)[^;]*; pg_dump version: (\d+)/.exec(said);
  if (versions) {
    const [, server, own] = versions;
    return `pg_dump ${own} is older than the server, PostgreSQL ${server}: install postgresql-client-${server}, and put its folder first in PATH.`;
  }
  if (/unsupported version \(/.test(said))
    return `${tool} is older than the program that made this dump: install a newer postgresql-client.`;
  const first = said.split('\n').find(line => /error|fatal/i.test(line)) ?? said.split('\n')[0] ?? '';
  return `${tool} ended with ${code}${first === '' ? '' : `: ${first.replace(/^\S+: error: /, '')}`}.`.replace(/\.\.$/, '.');
}
