import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Line, LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';

const open: LineClient[] = [];
let nester: Nester;
let admin: Person;

beforeAll(async () => {
  nester = await Nester.start({ env: { AERIE_GUESTS: 'on', AERIE_LIMITS: 'guests=20' } });
  admin = await firstAdministrator(nester, 'Ada');
  for (const name of ['alice', 'Zoé']) await newPerson(nester, admin, name);
});

afterAll(async () => {
  await Promise.all(open.map(client => client.close()));
  await nester.remove();
});

async function line(): Promise<LineClient> {
  const client = await LineClient.connect(nester.tcp);
  open.push(client);
  return client;
}

async function loggedIn(name: string): Promise<LineClient> {
  const client = await line();
  await client.logInOld(name, password);
  return client;
}

/** A guest who has said so by an empty line, and is in. */
async function guest(from?: string): Promise<LineClient> {
  const client = await line();
  client.write({ type: 'message', content: '', ...(from === undefined ? {} : { from }) });
  client.write({ type: 'users' });
  await client.next('users', isType('users'));
  return client;
}

const isType = (type: string) => (got: Line) => got.type === type;
const says = (client: LineClient, content: string) => client.next(`"${content}"`, got => got.type === 'message' && got.content === content);

async function users(client: LineClient): Promise<string[]> {
  client.write({ type: 'users' });
  return (await client.next('users', isType('users'))).users;
}

async function left(client: LineClient): Promise<void> {
  await client.close();
  open.splice(open.indexOf(client), 1);
}

describe('guests, where they are let in', () => {
  it('are no pages: what a browser is made to send by another site is not read', async () => {
    const { host, port } = nester.tcp;
    const body = '{"type":"message","from":"page","content":"forged by a page"}\n';
    await expect(fetch(`http://${host}:${port}/`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body })).rejects.toThrow();
    const { messages } = await admin.http.call('message.history', { channelId: await channelNamed(admin, 'général') });
    expect(messages.map(message => message.content)).not.toContain('forged by a page');
  });

  it('are called as they say, or invité, and are marked as guests', async () => {
    const alice = await loggedIn('alice');
    const [gus, nobody, second] = [await line(), await line(), await line()];
    gus.write({ type: 'message', from: 'gus', content: 'Bonjour à tous' });
    expect(await says(alice, 'Bonjour à tous')).toMatchObject({ from: 'gus', guest: true, channel: '#général' });
    nobody.write({ type: 'message', content: 'qui suis-je ?' });
    expect(await says(alice, 'qui suis-je ?')).toMatchObject({ from: 'invité', guest: true });
    second.write({ type: 'message', from: 'Invité', content: 'et moi ?' });
    expect(await says(alice, 'et moi ?')).toMatchObject({ from: 'invité 2' });
    alice.write({ type: 'message', content: 'réponse' });
    for (const one of [gus, nobody, second]) {
      const got = await says(one, 'réponse');
      expect(got.from).toBe('alice');
      expect(got).not.toHaveProperty('guest');
    }
    expect(gus.lines.some(got => got.content === 'Bonjour à tous')).toBe(false);
    expect(await users(alice)).toEqual(expect.arrayContaining(['alice', 'gus', 'invité', 'invité 2']));
    for (const one of [gus, nobody, second]) await left(one);
  });

  it('announce themselves without a blank line, come and go, and change name', async () => {
    const alice = await loggedIn('alice');
    const gus = await guest('tom');
    const seen = (user: string) => (got: Line) => got.type === 'status' && got.user === user;
    expect(await alice.next('his coming', seen('tom'))).toMatchObject({ state: 'online' });
    gus.write({ type: 'status', state: 'away' });
    expect(await alice.next('away', seen('tom'))).toMatchObject({ state: 'away' });
    gus.write({ type: 'message', from: 'Gustave', content: 'nouveau nom' });
    expect(await says(alice, 'nouveau nom')).toMatchObject({ from: 'Gustave' });
    expect(await alice.next('the old name', seen('tom'))).toMatchObject({ state: 'offline' });
    expect(await alice.next('the new name', seen('Gustave'))).toMatchObject({ state: 'away' });
    await left(gus);
    expect(await alice.next('his going', seen('Gustave'))).toMatchObject({ state: 'offline' });
    expect(alice.lines.some(got => got.type === 'message' && got.content.trim() === '')).toBe(false);
  });

  it.each(['alice', 'ALICE.', 'zoe', 'ADMIN', 'Système', 'aerie', 'W.a.t.c.h', 'a\nb', 'x'.repeat(60), '<b>'])(
    'are not called %j',
    async name => {
      const gus = await line();
      gus.write({ type: 'message', from: name, content: 'usurpé' });
      const error = await gus.next('an error');
      expect(error).toEqual({ type: 'error', message: expect.any(String), error: error.message });
      expect((await users(gus)).filter(one => one !== 'alice')).not.toContain(name);
      await left(gus);
    },
  );

  it('do not take the name of another guest, nor keep one that an account gets', async () => {
    const alice = await loggedIn('alice');
    const [gus, other] = [await guest('marie'), await guest('Jo')];
    other.write({ type: 'message', from: 'Marie', content: 'moi aussi' });
    expect(await other.next('an error', isType('error'))).toMatchObject({ message: expect.stringContaining('Marie') });
    await newPerson(nester, admin, 'Marie');
    gus.write({ type: 'message', from: 'marie', content: 'toujours moi' });
    expect(await gus.next('an error', isType('error'))).toMatchObject({ message: expect.stringContaining('marie') });
    gus.write({ type: 'message', from: 'marie-guest', content: 'alors celui-ci' });
    await says(alice, 'alors celui-ci');
    expect(alice.lines.some(got => got.content === 'toujours moi' || got.content === 'moi aussi')).toBe(false);
    for (const one of [gus, other]) await left(one);
  });

  it('talk in open channels only', async () => {
    const alice = await loggedIn('alice');
    const gus = await guest('rex');
    gus.write({ type: 'message', content: '/join #dev' });
    expect(await gus.next('dev', isType('system'))).toMatchObject({ channel: '#dev' });
    alice.write({ type: 'message', channel: '#dev', content: 'dans dev' });
    expect(await says(gus, 'dans dev')).toMatchObject({ channel: '#dev' });
    for (const channel of ['#admin', '#supervision', '#rien']) {
      gus.write({ type: 'channel_switch', channel });
      expect(await gus.next('an error', isType('error'))).toMatchObject({ message: 'Canal inexistant' });
      gus.write({ type: 'message', channel, content: 'dedans ?' });
      await gus.next('an error', isType('error'));
    }
    const general = await channelNamed(admin, 'général');
    const dev = await channelNamed(admin, 'dev');
    await admin.http.call('channel.update', { channelId: dev, postRole: 'technician' });
    gus.write({ type: 'message', content: 'encore ?' });
    await gus.next('an error', isType('error'));
    await admin.http.call('message.send', { channelId: dev, content: 'entre nous' });
    await admin.http.call('message.send', { channelId: general, content: 'pour tous' });
    gus.write({ type: 'channel_switch', channel: 'general' });
    await gus.next('général', isType('info'));
    await admin.http.call('message.send', { channelId: general, content: 'pour tous aussi' });
    await says(gus, 'pour tous aussi');
    expect(gus.lines.some(got => got.content === 'entre nous')).toBe(false);
    await admin.http.call('channel.update', { channelId: dev, postRole: 'member' });
    await left(gus);
  });

  it('have no private messages, and are told so', async () => {
    const alice = await loggedIn('alice');
    const gus = await guest('paul');
    gus.write({ type: 'message', subtype: 'private', to: 'alice', content: 'secret' });
    expect(await gus.next('a notice', isType('system'))).toMatchObject({ message: expect.stringContaining('compte') });
    alice.write({ type: 'message', subtype: 'private', to: 'Paul', content: 'secret' });
    expect(await alice.next('a notice', isType('system'))).toMatchObject({ message: expect.stringContaining('invité') });
    alice.write({ type: 'message', content: 'public' });
    await says(gus, 'public');
    expect([...gus.lines, ...alice.lines].some(got => got.content === 'secret')).toBe(false);
    await left(gus);
  });

  it('stop being guests when they log in', async () => {
    const alice = await loggedIn('alice');
    const zoe = await guest('future');
    await zoe.logInOld('Zoé', password);
    zoe.write({ type: 'message', from: 'future', content: 'connectée' });
    const got = await says(alice, 'connectée');
    expect(got.from).toBe('Zoé');
    expect(got).not.toHaveProperty('guest');
    const here = await users(alice);
    expect(here).toContain('Zoé');
    expect(here).not.toContain('future');
    alice.write({ type: 'message', content: 'une seule fois' });
    await says(zoe, 'une seule fois');
    alice.write({ type: 'message', content: 'suite' });
    await says(zoe, 'suite');
    expect(zoe.lines.filter(one => one.content === 'une seule fois')).toHaveLength(1);
  });

  it('may register first and then log in, with a password that no account could have', async () => {
    const alice = await loggedIn('alice');
    const name = 'Invité_Léo_1763800000000';
    const [client, thief] = [await line(), await line()];
    client.write({ type: 'register', username: name, password: 'invite' });
    expect(await client.next('register')).toEqual({ type: 'register', status: 'ok' });
    thief.write({ type: 'register', username: name, password: 'other' });
    expect(await thief.next('an error')).toMatchObject({ message: 'Username already exists.' });
    thief.write({ type: 'login', username: name, password: 'other' });
    expect(await thief.next('an error')).toMatchObject({ message: 'Login failed.' });
    thief.write({ type: 'message', from: name, content: 'volé' });
    await thief.next('an error', isType('error'));
    client.write({ type: 'login', username: name, password: 'invite' });
    expect(await client.next('login')).toEqual({ type: 'login', status: 'ok', username: name });
    client.write({ type: 'status', state: 'online' });
    expect(await users(client)).toEqual(expect.arrayContaining(['alice', name]));
    client.write({ type: 'message', from: 'alice', content: 'coucou' });
    expect(await says(alice, 'coucou')).toMatchObject({ from: name, guest: true });
    for (const one of [client, thief]) await left(one);
  });

  it('reach those who came by frames as messages without an author', async () => {
    const framed = await line();
    await framed.ask('session.resume', { token: admin.token });
    await framed.ask('log.resume', {});
    const gus = await guest('luc');
    gus.write({ type: 'message', content: 'vers les trames' });
    const got = await framed.next('the event', one => one.event === 'message.created');
    expect(got.message).toMatchObject({ authorId: null, authorName: 'luc', content: 'vers les trames' });
    await left(gus);
  });

  it('speak frames too, but nothing that needs an account', async () => {
    const alice = await loggedIn('alice');
    const gus = await line();
    expect(await gus.ask('guest.enter', { name: 'Trame' })).toMatchObject({ name: 'Trame' });
    const { channel } = await gus.ask('channel.find', { name: 'général' });
    await gus.ask('message.send', { channelId: channel.channelId, content: 'par trame' });
    expect(await says(alice, 'par trame')).toMatchObject({ from: 'Trame', guest: true });
    alice.write({ type: 'message', content: 'entendu' });
    expect(await gus.next('the event', one => one.event === 'message.created' && one.message.content === 'entendu')).toBeTruthy();
    await expect(gus.ask('log.resume', {})).rejects.toThrow(/not_logged_in/);
    await expect(gus.ask('message.history', { channelId: channel.channelId })).rejects.toThrow(/not_logged_in/);
    await expect(nester.http().call('message.send', { channelId: channel.channelId, content: 'x' })).rejects.toThrow(/not logged in/i);
    await left(gus);
  });

  it('are shown the door with the reason', async () => {
    const gus = await guest('max');
    const { connections } = await admin.http.call('connection.list', {});
    const his = connections.find(one => one.who === 'guest' && one.name === 'max')!;
    await admin.http.call('connection.close', { connectionId: his.connectionId, reason: 'trop bruyant' });
    expect(await gus.next('the kick', isType('kick'))).toMatchObject({ message: expect.stringContaining('trop bruyant') });
    await gus.closed;
  });

  it('are no more than the limit, and forge no line of the log', async () => {
    const alice = await loggedIn('alice');
    const many: LineClient[] = [];
    for (let n = 0; n < 20; n++) many.push(await guest(`hôte${n}`));
    const late = await line();
    late.write({ type: 'message', from: 'tard', content: 'une place ?' });
    expect(await late.next('an error')).toMatchObject({ message: expect.stringContaining('guests') });
    await left(many.pop()!);
    while ((await users(alice)).includes('hôte19'));
    late.write({ type: 'message', from: 'tard', content: 'maintenant ?' });
    await says(alice, 'maintenant ?');
    const lines = nester.output.split('\n').filter(one => one.includes('[LOGIN] Guest'));
    expect(lines.length).toBeGreaterThan(12);
    for (const one of lines) expect(one).toMatch(/^\d{4}-\S+ INFO \[LOGIN\] Guest (came in|changed name) \{.*\}$/);
    for (const one of [...many, late]) await left(one);
  });
});
