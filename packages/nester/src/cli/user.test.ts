import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserRecord } from '@aerie/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { nesterHere, nester as run } from '../../test/terminal.ts';
import { type App, createApp } from '../app.ts';
import { readConfig } from '../config.ts';

const password = 'hibou-perche-42-lampadaire';
const otherPassword = 'tortue-verte-17-nuages';
const quiet = { info() {}, warning() {}, error() {} };

/** A Nester of this process, on any free ports. */
function appIn(folder: string): App {
  return createApp(readConfig({ data: folder, http: '127.0.0.1:0', tcp: '127.0.0.1:0' }, {}), quiet);
}

async function post(http: string, command: string, input: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`http://${http}/api/${command}`, { method: 'POST', headers, body: JSON.stringify(input) });
  return await answer.json();
}

/** `nester` on one database, and the accounts that it lists. */
function terminalOf(database: { folder: string; databaseUrl: string | undefined }, run = nesterHere) {
  const env: Record<string, string> = { AERIE_DATA: database.folder };
  if (database.databaseUrl) env.AERIE_DATABASE_URL = database.databaseUrl;
  const nester = (args: string[], input?: string) => run(args, { input, env });
  const people = async () => {
    const users = JSON.parse((await nester(['user', 'list', '--json'])).stdout) as UserRecord[];
    return users
      .filter(({ kind }) => kind === 'person')
      .map(({ name, role, disabled }) => `${name} ${role} ${disabled ? 'closed' : 'open'}`);
  };
  const add = (name: string, role: string) => nester(['user', 'add', name, '--role', role, '--password-stdin'], `${password}\n`);
  return { nester, people, add };
}

onEachDatabase('nester user', newDatabase => {
  it('works on the store itself while no Nester runs', async () => {
    const database = await newDatabase();
    const { nester, people, add } = terminalOf(database, run);
    expect(await add('Ada', 'admin')).toEqual({ code: 0, stdout: '', stderr: 'Made the account Ada (admin).\n' });
    expect(await add('ADA', 'member')).toEqual({ code: 1, stdout: '', stderr: 'nester: Username already exists. Choose another name.\n' });
    const last = expect.stringMatching(/^nester: This is the last administrator\. [^\n]+\n$/);
    expect(await nester(['user', 'disable', 'Ada'])).toMatchObject({ code: 1, stderr: last });
    expect(await people()).toEqual(['Ada admin open']);
    await database.remove();
  });
});

describe('nester user, in one folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-cli-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const nester = (args: string[], input?: string | Buffer) => nesterHere(args, { input, env: { AERIE_DATA: folder } });

  it('works through a Nester that runs, and the accounts log in there', async () => {
    const app = appIn(folder);
    const { http } = await app.start();
    try {
      expect(statSync(join(folder, 'nester.sock')).mode & 0o777).toBe(0o600);
      const { people, add } = terminalOf({ folder, databaseUrl: undefined });
      expect(await add('Ada', 'admin')).toMatchObject({ code: 0 });
      expect(await add('Zoé', 'member')).toMatchObject({ code: 0 });
      expect(await nester(['user', 'role', 'zoé', 'technician'])).toMatchObject({ code: 0 });
      expect(await nester(['user', 'disable', 'Zoé'])).toMatchObject({ code: 0 });
      expect(await people()).toEqual(['Ada admin open', 'Zoé technician closed']);
      expect(await nester(['user', 'enable', 'Zoé'])).toMatchObject({ code: 0 });
      const setPassword = (secret: string) => nester(['user', 'password', 'Zoé', '--password-stdin'], secret);
      expect(await setPassword('short')).toMatchObject({ code: 1, stderr: expect.stringContaining('at least 12 characters') });
      expect(await setPassword(otherPassword)).toMatchObject({ code: 0 });
      const nobody = expect.stringContaining('There is no account "nobody"');
      expect(await nester(['user', 'disable', 'nobody'])).toMatchObject({ code: 1, stderr: nobody });
      expect(await people()).toEqual(['Ada admin open', 'Zoé technician open']);
      expect(await post(http, 'session.logIn', { user: 'Zoé', password: otherPassword })).toMatchObject({ me: { role: 'technician' } });
      expect(await post(http, 'session.logIn', { user: 'Ada', password })).toMatchObject({ me: { role: 'admin' } });
    } finally {
      await app.stop();
    }
  });

  it('lists in columns', async () => {
    await nester(['user', 'add', 'Ada Lovelace', '--role', 'admin', '--password-stdin'], password);
    const { stdout } = await nester(['user', 'list']);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^name +role +state +last seen$/);
    expect(lines[1]).toMatch(/^Ada Lovelace +admin +open +never$/);
  });

  it('refuses to work beside a Nester that holds the folder without its socket', async () => {
    const app = appIn(folder);
    await app.start();
    try {
      rmSync(join(folder, 'nester.sock'));
      const { code, stderr } = await nester(['user', 'list']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^nester: Nester has [^\n]+nester\.sock[^\n]+\n$/);
    } finally {
      await app.stop();
    }
  });

  it('needs a password', async () => {
    expect(await nester(['user', 'add', 'Ada', '--password-stdin'], '\n')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no password'),
    });
  });

  it('invites a class list as Windows spreadsheets write it, with a link a person', async () => {
    const file = join(folder, 'classe.csv');
    // windows-1252: ô is F4, é is E9.
    writeFileSync(file, Buffer.from('Nom;Pr\xe9nom;R\xf4le\r\nMartin;Zo\xe9;technicien\r\nDurand;L\xe9o;\r\nDurand;L\xe9o;\r\n', 'latin1'));
    const dry = await nester(['user', 'import', file, '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('Would invite 2, refused 1.') });
    expect(dry.stdout).not.toContain('http');
    const { code, stdout, stderr } = await nester(['user', 'import', file, '--role', 'viewer']);
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines[1]).toMatch(/^Zoé Martin +technician +http:\/\/127\.0\.0\.1:3000\/invitation#[\w-]{43}$/);
    expect(lines[2]).toMatch(/^Léo Durand +viewer +http/);
    expect(stderr).toContain('line 4: "Léo Durand": ');
    expect(stderr).toContain('Invited 2, refused 1.');
    expect(await nester(['user', 'import', join(folder, 'absent.csv')])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/absent\.csv cannot be read: there is no such file/),
    });
  });

  it('makes a set-up link that works once Nester runs', async () => {
    await nester(['user', 'add', 'Ada', '--role', 'admin', '--password-stdin'], password);
    const { code, stdout, stderr } = await nester(['setup-link']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:3000\/setup#[\w-]{43}\n$/);
    expect(stderr).toContain('not running');
    const app = appIn(folder);
    const { http } = await app.start();
    try {
      const token = stdout.trim().split('#')[1];
      expect(await post(http, 'invitation.show', { token })).toMatchObject({ kind: 'setup', role: 'admin' });
      const again = await nester(['setup-link']);
      expect(again).toMatchObject({ code: 0, stderr: '' });
      expect(again.stdout).toMatch(new RegExp(`^http://${http}/setup#`));
    } finally {
      await app.stop();
    }
  });
});
