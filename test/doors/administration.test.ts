import type { CommandOutput } from '@aerie/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';
import { within } from '../kit/wait.ts';

type Listed = CommandOutput<'connection.list'>['connections'][number];

describe('administration of what is connected', () => {
  let nester: Nester;
  let admin: Person;
  let bob: Person;

  beforeAll(async () => {
    nester = await Nester.start({ env: { AERIE_LIMITS: 'failures=9', AERIE_PASSWORD_MIN: '14' } });
    admin = await firstAdministrator(nester);
    bob = await newPerson(nester, admin, 'bob');
  });
  afterAll(() => nester.remove());

  const connections = async () => (await admin.http.call('connection.list', {})).connections;
  const named = async (name: string, door: string): Promise<Listed> => {
    // The newest: one that a test before this one cut may still be listed.
    const all = (await connections()).filter(one => one.name === name && one.door === door);
    const found = all.sort((a, b) => b.since - a.since)[0];
    if (!found) throw new Error(`no connection of ${name} at ${door}`);
    return found;
  };

  /** A WebSocket of bob's that follows the log, the last frame that it got, and the code that it closes with. */
  async function browser(headers: Record<string, string> = {}) {
    const socket = new WebSocket(nester.webSocketUrl, { headers: { authorization: `Bearer ${bob.token}`, ...headers } });
    const frames: Record<string, unknown>[] = [];
    const live = Promise.withResolvers<void>();
    const closed = new Promise<number>(resolve => socket.once('close', resolve));
    socket.on('open', () => socket.send('{"id":1,"do":"log.resume"}'));
    socket.on('message', (data: Buffer) => {
      frames.push(
        ...String(data)
          .trim()
          .split('\n')
          .map(line => JSON.parse(line)),
      );
      live.resolve();
    });
    await within(10_000, 'the snapshot', live.promise);
    return { socket, frames, closed: () => within(10_000, 'the close', closed) };
  }

  it('lists who is connected, at which door, from where and with what', async () => {
    const before = Date.now();
    const stranger = await LineClient.connect(nester.tcp);
    const old = await LineClient.connect(nester.tcp);
    await old.logInOld('bob', password);
    const frames = await LineClient.connect(nester.tcp);
    await frames.ask('session.logIn', { user: 'Ada', password, client: 'tool/2' });
    const page = await browser({ 'user-agent': 'Mozilla/5.0 (test)' });

    const all = await connections();
    expect(all.map(({ door }) => door)).toEqual(['tcp', 'tcp', 'tcp', 'ws']);
    const about = { address: '127.0.0.1', current: false, since: expect.any(Number), connectionId: expect.any(String) };
    expect(all[0]).toEqual({ ...about, door: 'tcp', dialect: 'undecided', agent: '', who: 'anyone', userId: null, name: '' });
    expect(all[1]).toEqual({ ...about, door: 'tcp', dialect: 'classcord', agent: '', who: 'user', userId: bob.userId, name: 'bob' });
    expect(all[2]).toMatchObject({ dialect: 'framed', agent: 'tool/2', userId: admin.userId });
    expect(all[3]).toMatchObject({ door: 'ws', dialect: 'framed', agent: 'Mozilla/5.0 (test)', userId: bob.userId });
    for (const { since } of all) expect(since).toBeGreaterThanOrEqual(before);
    const own = (await frames.ask('connection.list', {})).connections;
    expect(own.filter(one => one.current).map(one => one.agent)).toEqual(['tool/2']);

    page.socket.close();
    await Promise.all([stranger.close(), old.close(), frames.close(), page.closed()]);
  });

  it('closes one on the old wire, which hears why; the log-in is over', async () => {
    const old = await LineClient.connect(nester.tcp);
    await old.logInOld('bob', password);
    const { connectionId } = await named('bob', 'tcp');
    await admin.http.call('connection.close', { connectionId, reason: 'Pause déjeuner' });
    const line = await old.next('the kick', one => one.type === 'kick');
    expect(line.message).toContain('Pause déjeuner');
    await old.closed;
    await expect(admin.http.call('connection.close', { connectionId })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('closes one on the web, which hears why, and keeps the log-in', async () => {
    const page = await browser();
    const { connectionId } = await named('bob', 'ws');
    await admin.http.call('connection.close', { connectionId, reason: 'Pause' });
    expect(await page.closed()).toBe(4001);
    expect(page.frames.at(-1)).toEqual({ event: 'session.ended', reason: 'kicked', why: 'Pause' });
    expect(await bob.http.call('session.show', {})).toMatchObject({ me: { name: 'bob' } });
    const { records } = await admin.http.call('audit.list', { search: 'connection.close pause ws' });
    expect(records).toMatchObject([{ actor: 'Ada', subject: 'bob', address: '127.0.0.1', door: 'http' }]);
  });

  it('answers whoever closes the own connection before it closes', async () => {
    const frames = await LineClient.connect(nester.tcp);
    await frames.ask('session.logIn', { user: 'Ada', password });
    const { connections: all } = await frames.ask('connection.list', {});
    expect(await frames.ask('connection.close', { connectionId: all.find(one => one.current)!.connectionId })).toEqual({});
    expect(await frames.next('the end', one => one.event === 'session.ended')).toEqual({ event: 'session.ended', reason: 'kicked' });
    await frames.closed;
  });

  it('ends all of somebody’s sessions, on every door', async () => {
    const old = await LineClient.connect(nester.tcp);
    await old.logInOld('bob', password);
    const page = await browser();
    await admin.http.call('user.endSessions', { userId: bob.userId });
    await old.next('the kick', one => one.type === 'kick');
    await old.closed;
    expect(await page.closed()).toBe(4001);
    expect(page.frames.at(-1)).toEqual({ event: 'session.ended', reason: 'ended' });
    await expect(bob.http.call('session.show', {})).rejects.toMatchObject({ code: 'not_logged_in' });
    const again = await nester.http().call('session.logIn', { user: 'bob', password });
    bob = { ...bob, token: again.token!, http: nester.http(again.token) };
  });

  it('keeps all this from members', async () => {
    const { connectionId } = (await connections())[0] ?? { connectionId: 'none' };
    for (const call of [
      () => bob.http.call('connection.list', {}),
      () => bob.http.call('connection.close', { connectionId }),
      () => bob.http.call('user.endSessions', { userId: admin.userId }),
      () => bob.http.call('settings.show', {}),
      () => bob.http.call('export.begin', { subject: 'users', format: 'csv' }),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('shows the settings that hold, with the variable of each', async () => {
    const { settings } = await admin.http.call('settings.show', {});
    const shown = (name: string) => settings.find(one => one.name === name);
    expect(shown('data')).toEqual({ name: 'data', variable: 'AERIE_DATA', value: nester.folder, source: 'environment' });
    expect(shown('passwordMin')).toMatchObject({ value: '14', source: 'environment' });
    expect(shown('limits.failures')).toEqual({ name: 'limits.failures', variable: 'AERIE_LIMITS', value: '9', source: 'environment' });
    expect(shown('registration')).toMatchObject({ value: 'invite', source: 'default' });
  });
});
