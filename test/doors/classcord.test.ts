import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';

/** The core of the old wire, as the clients that people have speak it. */
describe('the old wire', () => {
  let nester: Nester;
  let admin: Person;
  const open: LineClient[] = [];

  beforeAll(async () => {
    nester = await Nester.start({ env: { AERIE_REGISTRATION: 'open' } });
    admin = await firstAdministrator(nester, 'Ada');
    for (const name of ['alice', 'bob', 'Zoé', 'Noé']) await newPerson(nester, admin, name);
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

  const says = (client: LineClient, content: string) =>
    client.next(`"${content}"`, got => got.type === 'message' && got.content === content);

  it('registers without logging in, refuses a taken name, and answers errors under both keys', async () => {
    const client = await line();
    client.write({ type: 'register', username: 'nora', password });
    expect(await client.next('register')).toEqual({ type: 'register', status: 'ok' });
    client.write({ type: 'register', username: 'NORA', password });
    expect(await client.next('error')).toEqual({ type: 'error', message: 'Username already exists.', error: 'Username already exists.' });
    client.write({ type: 'message', content: 'am I in?' });
    expect(await client.next('error')).toMatchObject({ type: 'error' });
  });

  it.each([
    [{ username: 'alice', password: 'wrong' }],
    [{ username: 'nobody', password: 'x' }],
    [{ username: 'nobody', password: null }],
    [{ username: 'alice' }],
    [{ username: ['alice'], password: {} }],
  ])('refuses the log-in %j', async fields => {
    const client = await line();
    client.write({ type: 'login', ...fields });
    expect(await client.next('the answer')).toMatchObject({ type: 'error', message: 'Login failed.' });
  });

  it('says nothing unasked before the window listens, and answers exactly one line to a log-in', async () => {
    const bob = await loggedIn('bob');
    const alice = await line();
    alice.write({ type: 'login', username: 'alice', password });
    expect(await alice.next('login')).toEqual({ type: 'login', status: 'ok', username: 'alice' });
    bob.write({ type: 'message', content: 'before the window' });
    // Bob has the answer to a later question: his line has been committed and fanned out.
    bob.write({ type: 'users' });
    await bob.next('users', got => got.type === 'users');
    alice.write({ type: 'users' });
    const lines = [await alice.next('users'), await says(alice, 'before the window')];
    expect(lines[0]).toMatchObject({ type: 'users', users: expect.arrayContaining(['alice', 'bob']) });
  });

  it.each([{}, { to: '' }, { to: null }, { to: ['bob'] }, { to: 'global' }])(
    'keeps a private line to %j out of the channel',
    async fields => {
      const [alice, bob] = [await loggedIn('alice'), await loggedIn('bob')];
      alice.write({ type: 'message', subtype: 'private', content: 'for one only', ...fields });
      expect(await alice.next('the answer', got => got.type !== 'status')).toMatchObject({ type: 'system' });
      alice.write({ type: 'message', content: 'for all' });
      await says(bob, 'for all');
      expect(bob.lines.filter(got => got.content === 'for one only')).toEqual([]);
    },
  );

  it('relays to the others and not back, with from, channel and timestamp of its own', async () => {
    const [alice, bob] = [await loggedIn('alice'), await loggedIn('bob')];
    alice.write({ type: 'message', subtype: 'global', to: 'global', from: 'ADMIN', content: 'salut à tous 🙂' });
    const got = await says(bob, 'salut à tous 🙂');
    expect(got).toMatchObject({ type: 'message', subtype: 'global', to: 'global', from: 'alice', channel: '#général' });
    expect(got.timestamp).toMatch(/^\d{4}-\d\d-\d\dT/);
    bob.write({ type: 'message', content: 'reply' });
    await says(alice, 'reply');
    expect(alice.lines.filter(one => one.content === 'salut à tous 🙂')).toEqual([]);
  });

  it('is ASCII on the wire, and reads windows-1252', async () => {
    const [alice, bob] = [await loggedIn('alice'), await loggedIn('bob')];
    const bytes: Buffer[] = [];
    bob.socket.setEncoding('latin1');
    bob.socket.on('data', text => bytes.push(Buffer.from(String(text), 'latin1')));
    alice.write(Buffer.from('{"type":"message","content":"caf\xe9"}\n', 'latin1'));
    await says(bob, 'café');
    expect(Buffer.concat(bytes).every(byte => byte < 128)).toBe(true);
  });

  it('puts a letter together that was cut in two, and survives blank and broken lines', async () => {
    const [alice, bob] = [await loggedIn('alice'), await loggedIn('bob')];
    const whole = Buffer.from('{"type":"message","content":"h\u00e9las"}\r\n');
    const cut = whole.indexOf(0xc3) + 1;
    alice.write('\n\r\nnot json\n[]\n');
    alice.write(whole.subarray(0, cut));
    alice.write(whole.subarray(cut));
    await says(bob, 'hélas');
    expect(alice.lines.filter(one => one.type === 'error')).toHaveLength(2);
  });

  it('carries a private line to every session of one person and to nobody else', async () => {
    const [alice, bob, bob2, zoe] = [await loggedIn('alice'), await loggedIn('bob'), await loggedIn('bob'), await loggedIn('Zoé')];
    alice.write({ type: 'message', subtype: 'private', to: 'BOB', content: 'for you' });
    for (const one of [bob, bob2]) expect(await says(one, 'for you')).toMatchObject({ subtype: 'private', from: 'alice', to: 'bob' });
    alice.write({ type: 'message', content: 'for all' });
    await says(zoe, 'for all');
    expect(zoe.lines.some(one => one.content === 'for you')).toBe(false);
    alice.write({ type: 'message', subtype: 'private', to: 'nobody', content: 'x' });
    expect(await alice.next('a notice', got => got.type === 'system')).toMatchObject({ message: expect.stringContaining('nobody') });
  });

  it('tells of coming, away and going, once a person', async () => {
    const alice = await loggedIn('alice');
    const zoe = await loggedIn('Noé');
    expect(await alice.next('online', got => got.type === 'status' && got.user === 'Noé')).toMatchObject({ state: 'online' });
    const second = await loggedIn('Noé');
    zoe.write({ type: 'status', state: 'away' });
    second.write({ type: 'status', state: 'away' });
    expect(await alice.next('away', got => got.type === 'status' && got.user === 'Noé')).toMatchObject({ state: 'away' });
    await second.close();
    zoe.write({ type: 'status', state: 'invisible' });
    expect(await alice.next('offline', got => got.type === 'status' && got.user === 'Noé')).toMatchObject({ state: 'offline' });
    alice.write({ type: 'users' });
    expect((await alice.next('users', got => got.type === 'users')).users).not.toContain('Noé');
    zoe.write({ type: 'status', state: 'dancing' });
    expect(await zoe.next('an error', got => got.type === 'error')).toMatchObject({ message: expect.stringContaining('state') });
  });

  it('keeps a second log-in on one socket from doubling lines, or from becoming somebody else', async () => {
    const [alice, bob] = [await loggedIn('alice'), await loggedIn('bob')];
    bob.write({ type: 'login', username: 'bob', password });
    await bob.next('login', got => got.type === 'login');
    bob.write({ type: 'login', username: 'alice', password });
    expect(await bob.next('an error', got => got.type === 'error')).toMatchObject({
      message: expect.stringContaining('already logged in as bob'),
    });
    alice.write({ type: 'message', content: 'once' });
    await says(bob, 'once');
    alice.write({ type: 'message', content: 'after' });
    await says(bob, 'after');
    expect(bob.lines.filter(one => one.content === 'once')).toHaveLength(1);
  });

  it('changes channels in every dialect, and keeps #admin shut', async () => {
    const [alice, bob] = [await loggedIn('alice'), await loggedIn('bob')];
    alice.write({ type: 'channel_switch', channel: '#dev' });
    expect(await alice.next('info', got => got.type === 'info')).toMatchObject({ message: 'Vous avez rejoint #dev' });
    bob.write({ type: 'message', content: '/join dev' });
    expect(await bob.next('system', got => got.type === 'system')).toMatchObject({ channel: '#dev' });
    bob.write({ type: 'message', content: 'in dev' });
    expect(await says(alice, 'in dev')).toMatchObject({ channel: '#dev' });
    bob.write({ type: 'message', channel: 'GENERAL', content: 'elsewhere' });
    for (const channel of ['#admin', '#supervision', '#nowhere', 7]) {
      alice.write({ type: 'channel_switch', channel });
      expect(await alice.next('an error', got => got.type === 'error')).toMatchObject({ message: 'Canal inexistant' });
    }
    alice.write({ type: 'message', channel: '#admin', content: 'let me in' });
    expect(await alice.next('an error', got => got.type === 'error')).toMatchObject({ type: 'error' });
    expect(alice.lines.some(one => one.content === 'elsewhere')).toBe(false);
  });

  it('does not relay a blank line', async () => {
    const [alice, bob] = [await loggedIn('alice'), await loggedIn('bob')];
    alice.write({ type: 'message', content: '  ' });
    alice.write({ type: 'message', content: 'text' });
    await says(bob, 'text');
    expect(bob.lines.filter(one => one.type === 'message' && one.from === 'alice').at(-1)).toMatchObject({ content: 'text' });
    expect(bob.lines.some(one => one.content === '  ')).toBe(false);
  });

  it('answers who is here before any log-in, and closes a line without end', async () => {
    const stranger = await line();
    stranger.write({ type: 'list_users' });
    expect(await stranger.next('users')).toMatchObject({ type: 'users', users: expect.any(Array) });
    stranger.write('x'.repeat(70_000));
    expect(await stranger.next('an error')).toMatchObject({ type: 'error', message: expect.stringContaining('65536') });
    await stranger.closed;
  });

  it('tells errors in the language of whoever has an account', async () => {
    const line = { type: 'danser' };
    const stranger = await LineClient.connect(nester.tcp);
    open.push(stranger);
    stranger.write(line);
    expect(await stranger.next('an error')).toMatchObject({ message: expect.stringContaining('There is no command "danser"') });
    const { http } = await newPerson(nester, admin, 'Colette');
    await http.call('me.update', { language: 'fr' });
    const colette = await loggedIn('Colette');
    colette.write(line);
    const error = await colette.next('an error', got => got.type === 'error');
    expect(error).toMatchObject({ message: expect.stringContaining('La commande « danser »'), error: error.message });
    colette.write({ type: 'message', subtype: 'private', to: 'COLETTE', content: 'à moi' });
    expect(await colette.next('a notice', got => got.type === 'system')).toMatchObject({ message: expect.stringContaining('vous') });
  });

  it('takes a number for the name of a channel, and nothing else that is no name', async () => {
    const [alice, bob] = [await loggedIn('alice'), await loggedIn('bob')];
    await admin.http.call('channel.create', { name: '42' });
    alice.write({ type: 'channel_switch', channel: 42 });
    expect(await alice.next('info', got => got.type === 'info')).toMatchObject({ channel: '#42' });
    for (const channel of [{}, ['#dev'], true]) {
      alice.write({ type: 'message', channel, content: 'nowhere' });
      expect(await alice.next('an error', got => got.type === 'error')).toMatchObject({ error: expect.any(String) });
    }
    alice.write({ type: 'message', content: 'x'.repeat(16_001) });
    expect(await alice.next('an error', got => got.type === 'error')).toMatchObject({
      message: expect.stringContaining('16000 characters'),
    });
    alice.write({ type: 'message', channel: 'general', content: 'somewhere' });
    await says(bob, 'somewhere');
    expect(bob.lines.some(one => one.content === 'nowhere')).toBe(false);
  });

  it('lets a first line that is broken decide nothing, and answers it so that either dialect can read it', async () => {
    const both = await LineClient.connect(nester.tcp);
    open.push(both);
    for (const broken of ['hello\n', '[]\n', '{}\n', '{"username":"alice"}\n']) {
      both.write(broken);
      expect(await both.next('an error')).toMatchObject({ type: 'error', message: expect.any(String), error: { code: 'bad_frame' } });
    }
    await both.logInOld('alice', password);
  });

  it('talks with those who came by frames, in the same channel', async () => {
    const alice = await loggedIn('alice');
    const framed = await line();
    await framed.ask('session.resume', { token: admin.token });
    const answer = await framed.ask('log.resume', {});
    const general = answer.kind === 'snapshot' ? answer.snapshot.channels.find(channel => channel.name === 'général')! : undefined;
    alice.write({ type: 'message', content: 'old to new' });
    expect(await framed.next('the event', got => got.event === 'message.created')).toMatchObject({
      message: { authorName: 'alice', content: 'old to new' },
    });
    await framed.ask('message.send', { channelId: general!.channelId, content: 'new to old' });
    expect(await says(alice, 'new to old')).toMatchObject({ from: 'Ada' });
  });
});
