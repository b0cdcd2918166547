import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nesterHere } from '../../test/terminal.ts';
import { readConfig } from '../config.ts';
import { openHouse } from '../house.ts';

const quiet = { info() {}, warning() {}, error() {} };
const formulas = ['=1+1', '+cmd', '-2', '@sum', '\tx', '\rx'];
const count = 1_203;

describe('nester export', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-export-'));
    await fill(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const nester = (...args: string[]) => nesterHere(['export', ...args], { env: { AERIE_DATA: folder } });

  it('writes all messages as CSV, page after page, in order', async () => {
    const { code, stdout } = await nester('messages');
    expect(code).toBe(0);
    expect(stdout.split('\n', 1)[0]).toBe('id,username,channel,content,timestamp');
    const rows = (parse(stdout, { columns: true }) as Record<string, string>[]).filter(({ username }) => username === 'Ada');
    expect(rows).toHaveLength(count + formulas.length + 1);
    expect(rows.slice(0, count).map(({ content }) => content)).toEqual(Array.from({ length: count }, (_, i) => `message ${i}`));
    expect(rows[0]).toMatchObject({ channel: 'général', timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) });
  });

  it('disarms what a spreadsheet would take for a formula, and quotes the rest', async () => {
    const { stdout } = await nester('messages');
    const rows = parse(stdout, { columns: true }) as Record<string, string>[];
    expect(rows.slice(-formulas.length - 1).map(({ content }) => content)).toEqual([
      ...formulas.map(text => `'${text}`),
      'two\nlines, "quoted"',
    ]);
  });

  it('has French headings', async () => {
    const heading = async (subject: string) => (await nester(subject, '--language', 'fr')).stdout.split('\n', 1)[0];
    expect(await heading('messages')).toBe('Utilisateur,Canal,Contenu,Horodatage,ID');
    expect(await heading('users')).toMatch(/^ID,Nom d'utilisateur,/);
  });

  it('begins with a byte order mark for Excel when that is asked for', async () => {
    expect((await nester('users', '--bom')).stdout).toMatch(/^\uFEFFid,username,/);
    expect((await nester('users', '--bom', '--separator', 'semicolon')).stdout).toMatch(/^\uFEFFid;username;/);
    expect((await nester('users', '--bom', '--format', 'json')).stdout).toMatch(/^\[/);
  });

  it('writes what lies between two days, both included', async () => {
    const day = (add: number) => {
      const at = new Date();
      at.setDate(at.getDate() + add);
      return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(part => String(part).padStart(2, '0')).join('-');
    };
    const said = async (...args: string[]) => (parse((await nester('messages', ...args)).stdout) as string[][]).length - 1;
    expect(await said('--from', day(-1), '--to', day(1))).toBeGreaterThan(count);
    expect(await said('--to', day(-2))).toBe(0);
    expect(await said('--from', day(2))).toBe(0);
    expect(await nester('messages', '--from', '2026-02-31')).toMatchObject({ code: 2, stderr: expect.stringContaining('2026-11-22') });
    expect(await nester('users', '--from', day(0))).toMatchObject({ code: 1, stderr: expect.stringContaining('field from') });
  });

  it('writes JSON: one array, with what was really said', async () => {
    const { code, stdout } = await nester('messages', '--format', 'json');
    expect(code).toBe(0);
    const all = JSON.parse(stdout) as { authorName: string; content: string }[];
    const said = all.filter(({ authorName }) => authorName === 'Ada').map(({ content }) => content);
    expect(said.slice(count)).toEqual([...formulas, 'two\nlines, "quoted"']);
    expect(stdout.split('\n')).toHaveLength(all.length + 3);
  });

  it('writes accounts and administrative acts, without secrets', async () => {
    const users = JSON.parse((await nester('users', '--format', 'json')).stdout) as { name: string }[];
    expect(users.map(({ name }) => name)).toContain('Ada');
    const audit = JSON.parse((await nester('audit', '--format', 'json')).stdout) as { action: string }[];
    // That somebody takes all this out is such an act itself.
    expect(audit[0]).toMatchObject({ action: 'export.audit', actor: '(local)', detail: '{"format":"json"}' });
    expect(audit.filter(({ action }) => !action.startsWith('export.'))).toHaveLength(251);
    expect(JSON.stringify({ users, audit })).not.toMatch(/argon2|token/);
  });

  it('writes a file for its owner only, whole or not at all', async () => {
    const file = join(folder, 'out.csv');
    expect(await nester('users', '--out', file)).toMatchObject({ code: 0, stdout: '' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/^id,username,/);
    writeFileSync(`${file}.part`, '');
    expect(await nester('users', '--out', file)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^nester: [^\n]+out\.csv\.part is there already[^\n]+\n$/),
    });
    expect(await nester('users', '--out', join(folder, 'absent', 'out.csv'))).toMatchObject({ code: 1 });
    expect(existsSync(join(folder, 'absent'))).toBe(false);
  });
});

/** An administrator, many messages of hers, and 250 administrative acts. */
async function fill(data: string): Promise<void> {
  const house = await openHouse(readConfig({ data }, {}), quiet);
  const caller = { door: 'local', address: 'local', agent: '', connection: undefined } as const;
  const call = (name: string, input: unknown) => house.dispatch.call({ kind: 'local' }, caller, name, input);
  await call('user.create', { name: 'Ada', password: 'hibou-perche-42-lampadaire', role: 'admin' });
  const { token } = (await call('session.logIn', { user: 'Ada', password: 'hibou-perche-42-lampadaire' })) as { token: string };
  const actor = (await house.accounts.authenticate(token))!;
  const channel = [...house.chat.roster.records()].find(one => one.channel.name === 'général')!.channel;
  const contents = [...Array.from({ length: count }, (_, i) => `message ${i}`), ...formulas, 'two\nlines, "quoted"'];
  await Promise.all(contents.map(content => house.dispatch.call(actor, caller, 'message.send', { channelId: channel.channelId, content })));
  await Promise.all(Array.from({ length: 250 }, () => call('invitation.create', {})));
  await house.close();
}
