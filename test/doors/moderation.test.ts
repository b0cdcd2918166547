import { mkdtempSync } from 'node:fs';
import { request } from 'node:http';
import { Connection, httpCaller } from '@aerie/client';
import { tcpTransport } from '@aerie/client/tcp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { type App, createApp } from '../../packages/nester/src/app.ts';
import { readConfig } from '../../packages/nester/src/config.ts';
import { LineClient } from '../kit/line-client.ts';
import type { Person } from '../kit/people.ts';
import { password } from '../kit/people.ts';
import { removeFolder, scratchFolder } from '../kit/scratch.ts';
import { until, within } from '../kit/wait.ts';

const silent = { info() {}, warning() {}, error() {} };
/** A second address of this machine; the server sees it in IPv6 clothes, since it listens on both families. */
const elsewhere = '127.0.0.2';

/** Mutes, bans and kicks, given in one place, as they are felt at every door. The clock is the test's. */
describe('moderation', () => {
  const folder = scratchFolder('moderation');
  const data = mkdtempSync(`${folder}/data-`);
  const open: { close(): unknown }[] = [];
  let offset = 0;
  let app: App;
  let ports: { http: number; tcp: number };
  let url: string;
  let ada: Person;
  let bob: Person;
  let general: string;

  async function start() {
    const config = readConfig(
      { data, http: '[::]:0', tcp: '[::]:0', guests: 'on', limits: 'commandsPerSecond=1000,commandsBurst=1000' },
      {},
    );
    app = createApp(config, silent, () => Date.now() + offset);
    const running = await app.start();
    const port = (at: string) => Number(at.split(':').at(-1));
    ports = { http: port(running.http), tcp: port(running.tcp) };
    url = `http://127.0.0.1:${ports.http}`;
    return running;
  }
  const person = async (name: string): Promise<Person> => {
    const { token, me } = await httpCaller(url).call('session.logIn', { user: name, password });
    return { name, userId: me.userId, token: token!, http: httpCaller(url, { token: token! }) };
  };

  beforeAll(async () => {
    const running = await start();
    const token = new URL(running.setupLink!).hash.slice(1);
    await httpCaller(url).call('setup.complete', { token, name: 'Ada', password, language: 'fr' });
    ada = await person('Ada');
    await ada.http.call('user.create', { name: 'Bob', password, role: 'member' });
    bob = await person('Bob');
    general = (await ada.http.call('channel.find', { name: 'général' })).channel.channelId;
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map(one => one.close()));
  });
  afterAll(async () => {
    await app.stop();
    removeFolder(folder);
  });

  const line = async (from?: string, host = '127.0.0.1') => {
    const client = await LineClient.connect({ host, port: ports.tcp, localAddress: from });
    open.push(client);
    return client;
  };
  const oldBob = async (from?: string) => {
    const client = await line(from);
    await client.logInOld('Bob', password);
    return client;
  };
  const framedBob = async () => {
    const client = await line();
    await client.ask('session.resume', { token: (await person('Bob')).token });
    return client;
  };
  /** A browser's socket, logged in by its cookie or bearer; `lines` is all that it hears. */
  const webSocket = async (headers: Record<string, string> = {}, from?: string) => {
    const socket = new WebSocket(`ws://127.0.0.1:${ports.http}/api/ws`, { headers, ...(from ? { localAddress: from } : {}) });
    const lines: string[] = [];
    socket.on('message', text => lines.push(...String(text).trim().split('\n')));
    const closed = new Promise<number>(resolve => socket.on('close', resolve));
    await within(10_000, 'the WebSocket', new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject)));
    open.push({ close: () => socket.terminate() });
    const ended = async () => {
      const code = await within(10_000, 'the end of the WebSocket', closed);
      return { code, last: JSON.parse(lines.at(-1)!) };
    };
    return { socket, ended };
  };
  const webBob = async () => webSocket({ authorization: `Bearer ${(await person('Bob')).token}` });
  /** A request from another address of this machine. */
  const post = (command: string, from: string, input: object = {}, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; body: { error?: { code: string; params: object } } }>((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: ports.http,
          path: `/api/${command}`,
          method: 'POST',
          localAddress: from,
          headers: { 'content-type': 'application/json', ...headers },
        },
        answer => {
          let text = '';
          answer.setEncoding('utf8').on('data', (piece: string) => {
            text += piece;
          });
          answer.on('end', () => resolve({ status: answer.statusCode!, body: JSON.parse(text) }));
        },
      );
      asked.on('error', reject).end(JSON.stringify(input));
    });
  const isError = (got: { type?: string }) => got.type === 'error';

  it('a mute stops the next line at every door, with the reason, until it is over', async () => {
    const [old, framed, reader] = [await oldBob(), await framedBob(), await line()];
    await reader.logInOld('Ada', password);
    old.write({ type: 'message', content: 'before' });
    await reader.next('before', got => got.content === 'before');
    const { until: at } = await ada.http.call('user.mute', { userId: bob.userId, minutes: 10, reason: 'du calme' });

    old.write({ type: 'message', content: 'after' });
    const refused = await old.next('the refusal', isError);
    expect(refused.message).toContain('(du calme)');
    expect(refused.error).toBe(refused.message);
    old.write({ type: 'message', subtype: 'private', to: 'Ada', content: 'after' });
    expect((await old.next('the refusal', isError)).message).toBe(refused.message);
    const muted = { code: 'muted', params: { until: at, because: ' (du calme)' } };
    framed.write({ id: 91, do: 'message.send', input: { channelId: general, content: 'after' } });
    framed.write({ id: 92, do: 'typing.start', input: { channelId: general } });
    for (const id of [91, 92]) expect(await framed.next('the answer', got => got.id === id)).toMatchObject({ error: muted });
    const bearer = { authorization: `Bearer ${bob.token}` };
    expect(await post('message.send', '127.0.0.1', { channelId: general, content: 'after' }, bearer)).toMatchObject({
      status: 403,
      body: { error: muted },
    });

    offset += 600_000;
    old.write({ type: 'message', content: 'and again' });
    await reader.next('and again', got => got.content === 'and again');
    expect(reader.lines.filter(got => got.content === 'after')).toEqual([]);
    expect(reader.lines.some(got => got.from === 'aerie' && /Ada a privé Bob de parole/.test(got.content))).toBe(true);
  });

  it('what a muted person has written stays unsent, with the reason', async () => {
    const screen = new Connection({ open: tcpTransport({ host: '127.0.0.1', port: ports.tcp }), token: bob.token, random: () => 0 });
    screen.start();
    try {
      const isLive = () => screen.status === 'live' && screen.state !== undefined;
      await until('the screen', listener => screen.subscribe(listener), isLive);
      await ada.http.call('user.mute', { userId: bob.userId, minutes: 5 });
      screen.send(general, 'to all');
      const failed = () => screen.outbox.find(pending => pending.failed)?.failed;
      await until(
        'the refusal',
        listener => screen.subscribe(listener),
        () => failed() !== undefined,
      );
      expect(failed()).toMatchObject({ code: 'muted' });
      expect(screen.state!.users.get(bob.userId)).toMatchObject({ mutedUntil: expect.any(Number) });
    } finally {
      screen.stop();
      await ada.http.call('user.unmute', { userId: bob.userId });
    }
  });

  it('a kick closes every connection with its words, and lets back in', async () => {
    const [old, framed, web] = [await oldBob(), await framedBob(), await webBob()];
    await ada.http.call('user.kick', { userId: bob.userId, reason: 'pause' });
    expect(await old.next('the kick', got => got.type === 'kick')).toEqual({
      type: 'kick',
      message: 'Un administrateur a mis fin à votre session (pause).',
    });
    expect(await framed.next('the end', got => got.event === 'session.ended')).toEqual({
      event: 'session.ended',
      reason: 'kicked',
      why: 'pause',
    });
    expect(await web.ended()).toEqual({ code: 4001, last: { event: 'session.ended', reason: 'kicked', why: 'pause' } });
    await Promise.all([old.closed, framed.closed]);
    await expect(bob.http.call('session.show', {})).rejects.toMatchObject({ code: 'not_logged_in' });
    bob = await person('Bob');
    await oldBob();
  });

  it('a ban ends sessions at every door and keeps out, over a restart, until it is over', async () => {
    const [old, framed, web] = [await oldBob(), await framedBob(), await webBob()];
    const { until: at } = await ada.http.call('user.ban', { userId: bob.userId, minutes: 30, reason: 'spam' });
    expect((await old.next('the kick', got => got.type === 'kick')).message).toMatch(/^L'accès vous est fermé jusqu'au .+ \(spam\)\.$/);
    const told = { event: 'session.ended', reason: 'banned', why: 'spam', until: at };
    expect(await framed.next('the end', got => got.event === 'session.ended')).toEqual(told);
    expect((await web.ended()).last).toEqual(told);
    await Promise.all([old.closed, framed.closed]);
    await expect(bob.http.call('session.show', {})).rejects.toMatchObject({ code: 'not_logged_in' });

    const isOut = async () => {
      const refusal = { code: 'banned', params: { until: at, because: ' (spam)' } };
      await expect(person('Bob')).rejects.toMatchObject(refusal);
      const again = await line();
      again.write({ type: 'login', username: 'Bob', password });
      const refused = await again.next('the refusal', isError);
      expect(refused.message).toContain('(spam)');
      expect(refused.error).toBe(refused.message);
      again.write({ id: 1, do: 'session.logIn', input: { user: 'Bob', password } });
      await expect(line().then(client => client.ask('session.resume', { token: bob.token }))).rejects.toThrow('session_ended');
    };
    await isOut();
    await app.stop();
    await start();
    ada = await person('Ada');
    await isOut();
    offset += 30 * 60_000;
    bob = await person('Bob');
    await oldBob();
  });

  it('a ban by address closes its connections and refuses every command there, and only there', async () => {
    const bearer = { authorization: `Bearer ${bob.token}` };
    const there = [await oldBob(elsewhere), await line(elsewhere), await line(elsewhere)] as const;
    await there[1].ask('session.resume', { token: bob.token });
    const web = await webSocket(bearer, elsewhere);
    const here = await oldBob();
    const guest = await line(elsewhere);
    guest.write({ type: 'message', from: 'visitor', content: 'hello from there' });
    await here.next('the guest', got => got.from === 'visitor');
    const { until: at, network } = await ada.http.call('address.ban', { address: elsewhere, minutes: 20, reason: 'flood' });
    expect(network).toBe('127.0.0.2/32');

    const told = { event: 'session.ended', reason: 'banned', why: 'flood', until: at };
    expect((await there[0].next('the kick', got => got.type === 'kick')).message).toContain('(flood)');
    expect(await there[1].next('the end', got => got.event === 'session.ended')).toEqual(told);
    expect((await web.ended()).last).toEqual(told);
    expect((await guest.next('the kick', got => got.type === 'kick')).message).toContain('(flood)');
    await Promise.all([...there, guest].map(client => client.closed));

    const refusal = { code: 'banned', params: { until: at, because: ' (flood)' } };
    for (const [command, headers] of [
      ['server.show', {}],
      ['session.show', bearer],
    ] as const)
      expect(await post(command, elsewhere, {}, headers)).toMatchObject({ status: 403, body: { error: refusal } });
    expect(await post('session.logIn', elsewhere, { user: 'Bob', password })).toMatchObject({ status: 403, body: { error: refusal } });
    const framed = await line(elsewhere);
    framed.write({ id: 1, do: 'session.resume', input: { token: bob.token } });
    expect(await framed.next('the answer')).toMatchObject({ id: 1, error: refusal });
    const old = await line(elsewhere);
    for (const frame of [
      { type: 'users' },
      { type: 'login', username: 'Bob', password },
      { type: 'register', username: 'new', password },
      { type: 'message', content: 'x' },
    ]) {
      old.write(frame);
      expect((await old.next('the refusal', isError)).message).toContain('(flood)');
    }
    const refused = await webSocket(bearer, elsewhere);
    expect((await refused.ended()).last).toEqual(told);

    here.write({ type: 'users' });
    await here.next('the answer', got => got.type === 'users');
    offset += 20 * 60_000;
    expect((await post('server.show', elsewhere)).status).toBe(200);
    await oldBob(elsewhere);
  });

  it('a ban by address ends the log-ins of old clients there, whose tokens nobody has', async () => {
    const old = await oldBob(elsewhere);
    await ada.http.call('address.ban', { address: elsewhere, minutes: 60 });
    await old.closed;
    await vi.waitFor(async () => {
      const { sessions } = await bob.http.call('session.list', {});
      expect(sessions.filter(({ address }) => address === elsewhere)).toEqual([]);
    }, 5_000);
    await ada.http.call('address.unban', { address: elsewhere });
  });

  it('knows IPv6 too, and lets nobody ban where they are', async () => {
    const six = await line(undefined, '::1');
    await six.logInOld('Bob', password);
    for (const address of ['127.0.0.0/8', '::ffff:127.0.0.1'])
      await expect(ada.http.call('address.ban', { address, minutes: 5 })).rejects.toMatchObject({ code: 'would_lock_out' });
    await expect(ada.http.call('address.ban', { address: '::/0', minutes: 5 })).rejects.toMatchObject({ code: 'network_too_wide' });
    await ada.http.call('address.ban', { address: '::1', minutes: 5 });
    await six.next('the kick', got => got.type === 'kick');
    await six.closed;
    const again = await line(undefined, '::1');
    again.write({ type: 'users' });
    expect(await again.next('the refusal')).toMatchObject({ type: 'error' });
    await ada.http.call('address.unban', { address: '::1' });
    again.write({ type: 'users' });
    await again.next('the answer', got => got.type === 'users');
  });
});
