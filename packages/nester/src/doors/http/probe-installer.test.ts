import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfig } from '../../config.ts';
import { openInstaller } from '../../installer/installer.ts';
import { httpDoor } from './server.ts';

const name = 'aerie-1.2.0-linux-x64.tar.gz';
let folder: string;
let door: Awaited<ReturnType<typeof httpDoor>>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aerie-probe-'));
  const nothing = () => undefined;
  door = await httpDoor({
    config: readConfig({}, {}),
    log: { info: nothing, warning: nothing, error: nothing },
    dispatch: undefined as never,
    now: Date.now,
    reports: undefined as never,
    tokens: undefined as never,
    metrics: undefined as never,
    installer: openInstaller({ version: '1.2.0', publicUrl: () => 'https://aerie.example', pin: nothing, folder }),
    authenticate: async () => undefined,
    publicUrl: () => 'https://aerie.example',
    health: async () => undefined,
    tls: undefined,
  });
});
afterEach(async () => {
  await door.stop();
  rmSync(folder, { recursive: true });
});

const get = (url: string, headers = {}) => door.server.inject({ method: 'GET', url, headers });

it('hands out the script and the archive that it names, without a log-in', async () => {
  const bytes = Buffer.from('not really an archive'.repeat(1_000));
  writeFileSync(join(folder, name), bytes);
  const script = await get('/probe/install.sh');
  expect(script.statusCode).toBe(200);
  expect(script.headers).toMatchObject({ 'content-type': 'text/x-shellscript; charset=utf-8', 'x-content-type-options': 'nosniff' });
  expect(script.body).toContain('nester=https://aerie.example\n');
  expect(script.body).toContain(`x86_64) archive=${name} bytes=${bytes.length} sum=`);
  expect(script.body).not.toMatch(/@[A-Z_]+@/);

  const archive = await get(`/probe/${name}`);
  expect(archive.statusCode).toBe(200);
  expect(archive.headers).toMatchObject({ 'content-type': 'application/gzip', 'content-length': String(bytes.length) });
  expect(archive.rawPayload.equals(bytes)).toBe(true);

  for (const answer of [script, archive]) {
    expect(answer.headers['cache-control']).toBe('public, no-cache');
    const url = answer === script ? '/probe/install.sh' : `/probe/${name}`;
    const again = await get(url, { 'if-none-match': answer.headers.etag });
    expect(again.statusCode).toBe(304);
    expect(again.body).toBe('');
  }
});

it('says what is missing where it runs from a copy of the repository', async () => {
  for (const url of ['/probe/install.sh', `/probe/${name}`]) {
    const answer = await get(url);
    expect(answer.statusCode).toBe(404);
    expect(answer.body).toContain('npx harvester enrol URL CODE');
  }
});

it('makes no path of a name', async () => {
  writeFileSync(join(folder, name), 'x');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  for (const asked of [
    'secret.txt',
    '..%2F..%2Fetc%2Fpasswd',
    '%2Fetc%2Fpasswd',
    `.%2F${name}`,
    `${name}%00`,
    '..',
    name.replace('x64', 'arm64'),
  ]) {
    const answer = await get(`/probe/${asked}`);
    // An address that is none of ours is a page of the UI, which is not built here, or is.
    expect([200, 400, 404, 503], asked).toContain(answer.statusCode);
    expect(answer.headers['content-type'], asked).not.toBe('application/gzip');
    expect(answer.body, asked).not.toMatch(/secret$|root:/);
  }
});

it('is patient with a class, and no more', async () => {
  writeFileSync(join(folder, name), 'x');
  const states: number[] = [];
  for (let n = 0; n < 61; n++) states.push((await get('/probe/install.sh')).statusCode);
  expect(states.slice(0, 60)).toEqual(Array(60).fill(200));
  expect(states[60]).toBe(429);
});
