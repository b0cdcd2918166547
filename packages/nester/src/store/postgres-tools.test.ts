import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectionOf, runTool, ToolFault } from './postgres-tools.ts';

describe('the address of a database for programs', () => {
  it.each([
    ['postgres://aerie:s%40crêt@db.example:5433/aerie', 'postgres://aerie@db.example:5433/aerie', 's@crêt'],
    ['postgresql://aerie@db/aerie?password=p%26w&sslmode=require', 'postgresql://aerie@db/aerie?sslmode=require', 'p&w'],
    ['postgres://postgres@%2Frun%2Fpostgresql/aerie', 'postgres://postgres@%2Frun%2Fpostgresql/aerie', undefined],
    ['postgres:///aerie?host=/run/postgresql&user=x', 'postgres:///aerie?host=%2Frun%2Fpostgresql', undefined],
    ['postgres://a:b@db/aerie?ssl=true&max=3', 'postgres://a@db/aerie?sslmode=require', 'b'],
    [
      'postgres://a:b@db/aerie?sslmode=no-verify&application_name=my%20app',
      'postgres://a@db/aerie?sslmode=require&application_name=my%20app',
      'b',
    ],
    ['postgres://a:at@home@db/aerie', 'postgres://a@db/aerie', 'at@home'],
    ['postgres://db:5433/aerie', 'postgres://db:5433/aerie', undefined],
  ])('%s has no password in it', (given, url, password) => {
    expect(connectionOf(given)).toEqual({ url, environment: password === undefined ? {} : { PGPASSWORD: password } });
  });
});

describe('a program of PostgreSQL', () => {
  let folder: string;
  const path = process.env.PATH;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-tools-'));
    process.env.PATH = folder;
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });
  const says = async (script: string) => {
    writeFileSync(join(folder, 'pg_dump'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'pg_dump'), 0o755);
    const { stdin, stdout, ended } = runTool('pg_dump', ['--version'], 'postgres://a:geheim@db/aerie');
    stdin.end();
    stdout.resume();
    return await ended.then(() => undefined).catch((error: unknown) => error);
  };

  it('that is missing is named, with what brings it', async () => {
    const { ended } = runTool('pg_dump', []);
    await expect(ended).rejects.toThrow('pg_dump is not on this machine: "apt-get install postgresql-client" brings it.');
  });

  it('that is older than the server says which one is needed', async () => {
    const mismatch =
      'pg_dump: error: aborting because of server version mismatch\npg_dump: detail: server version: 17.2 (Debian); pg_dump version: 15.18 (Debian)';
    const fault = await says(`printf '%s\\n' '${mismatch.replaceAll('\n', "' '")}' >&2; exit 1`);
    expect(fault).toBeInstanceOf(ToolFault);
    expect((fault as Error).message).toBe(
      'pg_dump 15 is older than the server, PostgreSQL 17: install postgresql-client-17, and put its folder first in PATH.',
    );
  });

  it.runIf(process.getuid?.() === 0)('is not root’s, where root became somebody else', () => {
    writeFileSync(join(folder, 'psql'), '#!/bin/sh\nexec /bin/grep -E "^(Uid|Gid|Groups):" /proc/self/status\n');
    chmodSync(join(folder, 'psql'), 0o755);
    chmodSync(folder, 0o755);
    const data = mkdtempSync(join(folder, 'data-'));
    chownSync(data, 65_534, 65_533);
    const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
    const script = `
      const { becomeOwner } = await import(${url('../owner.ts')});
      const { runTool } = await import(${url('./postgres-tools.ts')});
      const back = becomeOwner(${JSON.stringify(data)});
      const { stdout, ended } = runTool('psql', []);
      stdout.pipe(process.stdout);
      await ended;
      back();
      console.log(process.geteuid());`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env: { PATH: folder } });
    const four = (id: number) => Array(4).fill(id).join('\t');
    expect(said).toMatch(new RegExp(`^Uid:\t${four(65_534)}\nGid:\t${four(65_533)}\nGroups:[\t ]*\n0\n$`));
  });

  it('fails with its own words, and is given no password that others see', async () => {
    const fault = await says(
      'case "$*" in *geheim*) exit 9;; esac; [ "$PGPASSWORD" = geheim ] || exit 8; echo "pg_dump: error: no such thing." >&2; exit 1',
    );
    expect((fault as Error).message).toBe('pg_dump ended with 1: no such thing.');
    expect(await says('exit 0')).toBeUndefined();
    expect(((await says('kill -9 $$')) as Error).message).toBe('pg_dump ended with SIGKILL.');
  });
});
