import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LineClient } from '../../../../test/kit/line-client.ts';
import { onEachDatabase } from '../../test/databases.ts';
import { nesterHere, nester as run } from '../../test/terminal.ts';
import { createApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { openHouse } from '../house.ts';

const password = 'hibou-perche-42-lampadaire';
const quiet = { info() {}, warning() {}, error() {} };
const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;

onEachDatabase('nester channel, user, ban and audit', newDatabase => {
  it('work on the store itself while no Nester runs', async () => {
    const database = await newDatabase();
    const env: Record<string, string> = { AERIE_DATA: database.folder };
    if (database.databaseUrl) env.AERIE_DATABASE_URL = database.databaseUrl;
    const nester = (args: string[]) => nesterHere(args, { env });
    const done = async (...args: string[]) => expect(await nester(args)).toMatchObject({ code: 0, stdout: '' });

    const house = await openHouse(readConfig({ data: database.folder, databaseUrl: database.databaseUrl }, {}), quiet);
    const caller = { door: 'local', address: 'local', agent: '', connection: undefined } as const;
    await house.dispatch.call({ kind: 'local' }, caller, 'user.create', { name: 'Zoé', password, role: 'member' });
    await house.close();

    const made = await run(['channel', 'create', '#Projet', '--private', '--topic', 'Le site', '--post-role', 'viewer'], { env });
    expect(made).toMatchObject({ code: 0, stdout: '' });
    expect((await nester(['channel', 'list'])).stdout).toMatch(/\n#Projet +private +0 +viewer +viewer +Le site\n/);
    await done('user', 'mute', 'zoé', '--minutes', '5', '--reason', 'trop de lignes');
    expect((await nester(['ban', 'list'])).stdout).toMatch(
      new RegExp(`^kind  of +until +by +reason\\nmute  Zoé +${time} +\\(local\\)  trop de lignes\\n$`),
    );
    const { stdout } = await nester(['audit', '--search', 'ZOÉ', '--limit', '1']);
    expect(stdout).toMatch(
      new RegExp(`^time +who +did +to +detail +from\\n${time}  \\(local\\)  user\\.mute  Zoé +\\{.*\\} +this machine\\n$`),
    );
    await database.remove();
  }, 60_000);
});

describe('a Nester that runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aerie-cli-'));
  const app = createApp(readConfig({ data: folder, http: '127.0.0.1:0', tcp: '127.0.0.1:0' }, {}), quiet);
  const nester = (args: string[], input?: string) => nesterHere(args, { input, env: { AERIE_DATA: folder } });
  let tcp: { host: string; port: number };

  beforeAll(async () => {
    const [host, port] = (await app.start()).tcp.split(':') as [string, string];
    tcp = { host, port: Number(port) };
    await nester(['user', 'add', 'Bob', '--password-stdin'], password);
  });
  afterAll(async () => {
    await app.stop();
    rmSync(folder, { recursive: true });
  });

  it('says in words what is not there, and what a bot is', async () => {
    const said = async (...args: string[]) => (await nester(args)).stderr;
    expect(await said('ban', 'lift', '192.0.2.1')).toBe(
      'nester: No ban of 192.0.2.1 runs. "nester ban list" shows those that do, as they must be written here.\n',
    );
    expect(await said('user', 'ban', 'aerie', '--minutes', '5')).toMatch(/^nester: aerie is a bot: .*\n$/);
    expect(await nester(['user', 'frobnicate'])).toMatchObject({
      code: 2,
      stderr: "nester: unknown command 'frobnicate' (--help shows what there is)\n",
    });
  });

  const bob = async () => {
    const client = await LineClient.connect(tcp);
    await client.ask('session.logIn', { user: 'Bob', password, client: 'frames \u001b[31m1.0' });
    return client;
  };

  it('shows its connections, and closes one', async () => {
    const client = await bob();
    const { stdout } = await nester(['connections']);
    const line = stdout.split('\n').find(one => one.includes('Bob'))!;
    // What a client says of itself cannot steer the terminal.
    expect(line).toMatch(new RegExp(`^[\\w-]{36}  tcp +frames  127\\.0\\.0\\.1 +Bob +${time}  frames \ufffd\\[31m1\\.0$`));
    const list = JSON.parse((await nester(['connections', '--json'])).stdout) as { name: string; connectionId: string }[];
    const { connectionId } = list.find(one => one.name === 'Bob')!;
    expect(await nester(['connections', 'close', connectionId.slice(0, 13), '--reason', 'sleep'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Closed the connection of Bob from 127.0.0.1.\n',
    });
    expect(await client.next('the end', one => one.event === 'session.ended')).toMatchObject({ reason: 'kicked', why: 'sleep' });
    await client.closed;
    expect(await nester(['connections', 'close', connectionId])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no connection'),
    });
  });

  it.each([
    [['kick', 'Bob', '--reason', 'calm down'], { reason: 'kicked', why: 'calm down' }, 'Put Bob out.'],
    [['end-sessions', 'bob'], { reason: 'ended' }, 'Ended the sessions of bob.'],
    [['ban', 'Bob', '--minutes', '10'], { reason: 'banned', until: expect.any(Number) }, 'Bob may not come in until '],
  ])('puts somebody out: user %j', async (args, ending, says) => {
    const client = await bob();
    const { code, stderr } = await nester(['user', ...args]);
    expect([code, stderr.startsWith(says)]).toEqual([0, true]);
    expect(await client.next('the end', one => one.event === 'session.ended')).toMatchObject(ending);
    await client.closed;
    await nester(['user', 'unban', 'Bob']);
  });

  it('says what a mute is in words when somebody may not write', async () => {
    const client = await bob();
    await nester(['user', 'mute', 'Bob', '--minutes', '10', '--reason', 'spam']);
    const { channel } = await client.ask('channel.find', { name: 'général' });
    await expect(client.ask('message.send', { channelId: channel.channelId, content: 'x' })).rejects.toThrow(/muted.*spam/);
    await nester(['user', 'unmute', 'Bob']);
    await client.ask('message.send', { channelId: channel.channelId, content: 'x' });
    await client.close();
  });

  it('knows a channel that the terminal made', async () => {
    const client = await bob();
    expect(await nester(['channel', 'create', 'Ventes'])).toMatchObject({ code: 0, stderr: 'Made the public channel #Ventes.\n' });
    const { channel } = await client.ask('channel.find', { name: 'ventes' });
    await client.ask('member.join', { channelId: channel.channelId });
    await client.close();
  });

  it('shows its settings, and where they come from', async () => {
    const { stdout, stderr } = await nester(['settings', '--password-min', '20']);
    expect(stdout).toMatch(/\nhttp +AERIE_HTTP +127\.0\.0\.1:0 +flag\n/);
    // Those of the Nester that runs, not those of this command line.
    expect(stdout).toMatch(/\npasswordMin +AERIE_PASSWORD_MIN +12 +default\n/);
    expect(stderr).toBe('');
  });

  it('changes a channel and who belongs to it', async () => {
    const done = async (...args: string[]) => expect(await nester(['channel', ...args])).toMatchObject({ code: 0, stdout: '' });
    await done('create', 'projet', '--topic', 'Le site');
    expect(await nester(['channel', 'create', '#Projet'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already a channel #Projet'),
    });
    await done('add', '#projet', 'bob');
    await done('topic', 'projet', 'Le nouveau site');
    await done('archive', 'Projet');
    expect((await nester(['channel', 'list'])).stdout).toMatch(/\n#projet +public, archived +1 +viewer +member +Le nouveau site\n/);
    await done('unarchive', 'projet');
    expect(JSON.parse((await nester(['channel', 'members', 'projet', '--json'])).stdout)).toMatchObject([{ name: 'Bob', role: 'member' }]);
    await done('remove', 'projet', 'Bob');
    expect((await nester(['channel', 'members', 'projet'])).stdout).toBe('name  role\n');
    expect(await nester(['channel', 'topic', 'nowhere', 'x'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no channel "nowhere"'),
    });
    expect((await nester(['export', 'messages', '--channel', 'projet'])).stdout).toBe('id,username,channel,content,timestamp\n');
  }, 60_000);

  it('lists bans and mutes, and lifts them', async () => {
    await nester(['user', 'mute', 'Bob', '--minutes', '5']);
    expect((await nester(['user', 'list'])).stdout).toMatch(new RegExp(`\\nBob +member +muted until ${time} +`));
    expect(await nester(['ban', 'add', '192.0.2.9/24', '--minutes', '60'])).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(new RegExp(`^Nobody comes in from 192\\.0\\.2\\.0/24 until ${time}\\.\\n$`)),
    });
    expect(await nester(['ban', 'add', 'nonsense', '--minutes', '60'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('192.0.2.0/24'),
    });
    expect(await nester(['ban', 'lift', '192.0.2.0/24'])).toMatchObject({ code: 0 });
    expect(await nester(['user', 'unmute', 'Bob'])).toMatchObject({ code: 0, stderr: 'Bob may write again.\n' });
    expect(JSON.parse((await nester(['ban', 'list', '--json'])).stdout)).toEqual([]);
    expect((await nester(['ban', 'list', '--all'])).stdout).toMatch(new RegExp(`\\nmute +Bob +lifted ${time}`));
  }, 60_000);

  it('invites one person with a link', async () => {
    const { code, stdout } = await nester(['user', 'invite', 'Carole', '--role', 'viewer', '--days', '3']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/invitation#[\w-]{43}\n$/)]);
    expect((await nester(['audit', '--search', 'invitation carole'])).stdout).toMatch(/"role":"viewer","days":3/);
  });
});

it('shows the settings that a Nester would start with', async () => {
  const { code, stdout, stderr } = await nesterHere(['settings', '--tcp', 'localhost:7', '--json'], {
    env: { AERIE_DATA: '/nowhere/aerie' },
  });
  expect([code, stderr]).toEqual([0, 'Nester is not running: with these settings it would start from here.\n']);
  expect(JSON.parse(stdout)).toContainEqual({ name: 'tcp', variable: 'AERIE_TCP', value: 'localhost:7', source: 'flag' });
});

it.each([
  [['user', 'ban', 'Bob'], /--minutes/],
  [['user', 'mute', 'Bob', '--minutes', '1.5'], /whole minutes/],
  [['ban', 'add', '192.0.2.7', '--minutes', '0'], /whole minutes/],
  [['user', 'invite', '--days', '91'], /days from 1 to 90/],
  [['audit', '--limit', 'all'], /whole number/],
  [['audit', '--from', '22/11/2026'], /2026-11-22/],
  [['channel', 'create', 'x', '--min-role', 'king'], /viewer, member/],
  [['connections', 'open'], /too many arguments|unknown command/],
])('answers 2 and one line for %j', async (args, says) => {
  const { code, stdout, stderr } = await nesterHere(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^nester: [^\n]+\n$/);
  expect(stderr).toMatch(says);
});
