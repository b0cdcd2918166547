import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { httpCaller } from '@aerie/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, createApp, type Running } from '../../packages/nester/src/app.ts';
import { readConfig } from '../../packages/nester/src/config.ts';
import { LineClient } from '../kit/line-client.ts';
import { password } from '../kit/people.ts';
import { removeFolder, scratchFolder } from '../kit/scratch.ts';

const hourMs = 3_600_000;
const silent = { info() {}, warning() {}, error() {} };

describe('a clock that is set back', () => {
  const folder = scratchFolder('clock');
  let offset = 0;
  let app: App;
  let running: Running;
  let admin: ReturnType<typeof httpCaller>;
  let adminToken: string;

  beforeAll(async () => {
    const data = mkdtempSync(join(folder, 'data-'));
    const config = readConfig({ data, http: '127.0.0.1:0', tcp: '127.0.0.1:0', registration: 'open' }, {});
    app = createApp(config, silent, () => Date.now() + offset);
    running = await app.start();
    const token = new URL(running.setupLink!).hash.slice(1);
    const url = `http://${running.http}`;
    const made = await httpCaller(url).call('setup.complete', { token, name: 'Ada', password, language: 'en' });
    adminToken = made.token!;
    admin = httpCaller(url, { token: adminToken });
  });
  afterAll(async () => {
    await app.stop();
    removeFolder(folder);
  });

  const connect = () => {
    const [host, port] = running.tcp.split(':') as [string, string];
    return LineClient.connect({ host, port: Number(port) });
  };

  it('moves no message, ends no session, and takes nothing twice', async () => {
    const { channel } = await admin.call('channel.find', { name: 'général' });
    const { channelId } = channel;
    const client = await connect();
    await client.ask('session.resume', { token: adminToken });
    const begun = await client.ask('log.resume', {});
    if (begun.kind !== 'snapshot') throw new Error('the first answer is a snapshot');
    const said = ['before'];
    await client.ask('message.send', { channelId, content: 'before', nonce: 'n1', device: 'd' });

    offset = -hourMs;
    await client.ask('message.send', { channelId, content: 'before', nonce: 'n1', device: 'd' });
    for (let i = 0; i < 5; i++) {
      said.push(`after ${i}`);
      await client.ask('message.send', { channelId, content: said.at(-1)! });
    }
    const { token } = await httpCaller(`http://${running.http}`).call('session.logIn', { user: 'Ada', password });
    await expect(httpCaller(`http://${running.http}`, { token }).call('session.show', {})).resolves.toMatchObject({ me: { name: 'Ada' } });
    await expect(admin.call('session.show', {})).resolves.toMatchObject({ me: { name: 'Ada' } });

    const { messages } = await admin.call('message.history', { channelId });
    expect(messages.map(({ content }) => content).slice(-said.length)).toEqual(said);
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map(({ seq }) => seq).toSorted((a, b) => a - b));
    expect(messages.at(-1)!.createdAt).toBeLessThan(messages.at(-said.length)!.createdAt);
    // What a screen heard is what a screen that was away gets.
    await client.next('the last message', line => line.event === 'message.created' && line.message.content === said.at(-1));
    const heard = client.lines.filter(line => line.event === 'message.created').map(line => line.message.content);
    const { epoch, seq } = begun.snapshot;
    const missed = await client.ask('log.resume', { epoch, after: seq });
    if (missed.kind !== 'events') throw new Error('so few events are a page, not a snapshot');
    const replayed = missed.events.filter(frame => frame.event === 'message.created');
    expect(replayed.map(frame => (frame.message as { content: string }).content)).toEqual(heard);
    await client.close();
  });

  it('does not hold up whoever typed a wrong password before', async () => {
    offset = 0;
    const url = `http://${running.http}`;
    await httpCaller(url).call('user.register', { name: 'Bo', password });
    const wrong = () => httpCaller(url).call('session.logIn', { user: 'Bo', password: 'no such password' });
    for (let i = 0; i < 5; i++) await expect(wrong()).rejects.toMatchObject({ code: 'login_failed' });
    await expect(wrong()).rejects.toMatchObject({ code: 'too_many_attempts' });
    offset = -hourMs;
    await expect(wrong()).rejects.toMatchObject({ code: 'too_many_attempts' });
    offset = -hourMs + 6_000;
    await expect(httpCaller(url).call('session.logIn', { user: 'Bo', password })).resolves.toMatchObject({ me: { name: 'Bo' } });
  });

  it('leaves the old wire as it is: times come, in the order of what was said', async () => {
    offset = 0;
    const [ada, bo] = [await connect(), await connect()];
    await ada.logInOld('Ada', password);
    await bo.logInOld('Bo', password);
    for (const [content, at] of [
      ['early', 0],
      ['late', -hourMs],
    ] as const) {
      offset = at;
      ada.write({ type: 'message', content });
      const line = await bo.next(content, ({ type }) => type === 'message');
      expect(line).toMatchObject({ from: 'Ada', content });
      expect(Math.abs(Date.parse(line.timestamp) - (Date.now() + at))).toBeLessThan(60_000);
    }
    await Promise.all([ada.close(), bo.close()]);
  });
});
