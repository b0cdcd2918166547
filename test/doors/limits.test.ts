import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator } from '../kit/people.ts';
import { RawTcp } from '../kit/raw-tcp.ts';
import { until, within } from '../kit/wait.ts';

const running: Nester[] = [];
async function start(env: Record<string, string> = {}): Promise<Nester> {
  const nester = await Nester.start({ env });
  running.push(nester);
  return nester;
}

afterEach(async () => {
  for (const nester of running.splice(0)) await nester.remove();
});

describe('connections that have not logged in', () => {
  it('are limited in number from one address', async () => {
    const nester = await start({ AERIE_LIMITS: 'pendingPerAddress=3' });
    const admin = await firstAdministrator(nester);
    const three = [await RawTcp.connect(nester.tcp), await RawTcp.connect(nester.tcp), await RawTcp.connect(nester.tcp)];
    const fourth = await RawTcp.connect(nester.tcp);
    await within(5_000, 'the end of the fourth', fourth.closed);
    // One of them logs in, and there is room again.
    three[0]!.write(`{"id":1,"do":"session.resume","input":{"token":"${admin.token}"}}\n`);
    expect(await three[0]!.heard('"ok"')).toBe(true);
    const fifth = await LineClient.connect(nester.tcp);
    fifth.write({ type: 'users' });
    await fifth.next('users');
  });

  it('are limited in number at the web door too, also when they say nothing', async () => {
    const nester = await start({ AERIE_LIMITS: 'connections=1,pending=1' });
    const { hostname: host, port } = new URL(nester.httpUrl);
    const open = [];
    for (let i = 0; i < 3; i++) open.push(await RawTcp.connect({ host, port: Number(port) }));
    await within(5_000, 'the end of the third', open[2]!.closed);
    for (const raw of open) await raw.close();
  });

  it('are limited in time, in bytes, and in how long a line may take', async () => {
    const nester = await start({ AERIE_LIMITS: 'pendingSeconds=1,pendingBytes=2000' });
    const idle = await RawTcp.connect(nester.tcp);
    await within(5_000, 'the end of the idle one', idle.closed);
    const chatty = await RawTcp.connect(nester.tcp);
    for (let i = 0; i < 60; i++) chatty.write('{"type":"users","filler":"xxxxxxxxxxxxxxxxxxxxx"}\n');
    await within(5_000, 'the end of the chatty one', chatty.closed);
    const other = await start({ AERIE_LIMITS: 'lineSeconds=1' });
    const slow = await RawTcp.connect(other.tcp);
    slow.write('{"type":"us');
    await within(5_000, 'the end of the slow one', slow.closed);
  });
});

describe('a fast client', () => {
  it('is slowed, and loses nothing', async () => {
    const nester = await start({ AERIE_LIMITS: 'commandsPerSecond=100,commandsBurst=10' });
    const admin = await firstAdministrator(nester);
    const client = await LineClient.connect(nester.tcp);
    await client.ask('session.resume', { token: admin.token });
    const channelId = await channelNamed(admin, 'général');
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => client.ask('message.send', { channelId, content: `m${i}` })));
    expect(answers.map(answer => answer.seq)).toEqual([...answers.map(answer => answer.seq)].sort((a, b) => a - b));
    // 60 commands, 10 at once and the rest at 100 a second: not before 0.4 s.
    expect(performance.now() - began).toBeGreaterThan(400);
  });
});

describe('stopping and logging', () => {
  it('drains on SIGTERM: what was taken is answered, clients are told, the exit code is 0', async () => {
    const nester = await start();
    const admin = await firstAdministrator(nester);
    const channelId = await channelNamed(admin, 'général');
    const framed = await LineClient.connect(nester.tcp);
    await framed.ask('session.resume', { token: admin.token });
    const old = await LineClient.connect(nester.tcp);
    old.write({ type: 'users' });
    await old.next('users');
    const sent: Promise<{ seq: number } | undefined>[] = [];
    const send = (content: string) => sent.push(framed.ask('message.send', { channelId, content }).catch(() => undefined));
    for (let i = 0; i < 200; i++) send(`m${i}`);
    await sent[0];
    // Still coming in while it stops.
    for (let i = 200; i < 800; i++) send(`m${i}`);
    expect(await nester.stop()).toBe(0);
    const acknowledged = (await Promise.all(sent)).filter(answer => answer !== undefined).length;
    expect(framed.lines.at(-1)).toMatchObject({ event: 'session.ended', reason: 'stopping' });
    expect(old.lines.at(-1)).toMatchObject({ type: 'server_shutdown' });
    await nester.start();
    const { messages } = await admin.http.call('message.export', { limit: 1000 });
    // Stored and acknowledged are the same: nobody will send again what is there already.
    expect(messages.filter(message => /^m\d+$/.test(message.content))).toHaveLength(acknowledged);
  });

  it('answers on SIGTERM the requests and the commands that are under way', async () => {
    const nester = await start({ AERIE_LIMITS: 'failures=1000' });
    const admin = await firstAdministrator(nester);
    const framed = await LineClient.connect(nester.tcp);
    await framed.ask('session.resume', { token: admin.token });
    // Each password takes a while to verify: the last ones are under way when the first is answered.
    const wrong = { user: 'nobody', password: 'wrong-wrong-1' };
    const asked = Array.from({ length: 6 }, () => nester.http().call('session.logIn', wrong));
    const create = framed.ask('user.create', { name: 'made-last', password: 'hibou-perche-42-lampadaire', role: 'member' });
    const told = Promise.allSettled([...asked, create]);
    await Promise.race(asked).catch(() => undefined);
    expect(await nester.stop()).toBe(0);
    const answers = await told;
    expect(answers.slice(0, 6).map(answer => answer.status === 'rejected' && answer.reason.code)).toEqual(Array(6).fill('login_failed'));
    expect(answers[6]).toMatchObject({ status: 'fulfilled', value: { userId: expect.any(String) } });
  });

  it('opens its log again on SIGHUP', async () => {
    const nester = new Nester({ env: {} });
    running.push(nester);
    const file = join(nester.folder, 'logs', 'classcord.log');
    const logging = new Nester({ folder: nester.folder, env: { AERIE_LOG: file } });
    running.unshift(logging);
    await logging.start();
    await until('a first line', poll, () => existsSync(file) && readFileSync(file, 'utf8').includes('Nester is ready'));
    renameSync(file, `${file}.1`);
    process.kill(logging.pid, 'SIGHUP');
    await until('a new file', poll, () => existsSync(file));
    await (await RawTcp.connect(logging.tcp)).close();
    await until('a line in it', poll, () => readFileSync(file, 'utf8').includes('[CONNECT]'));
  });
});

/** Files tell nobody when they change; this looks every 20 ms. */
function poll(look: () => void): () => void {
  const timer = setInterval(look, 20);
  return () => clearInterval(timer);
}
