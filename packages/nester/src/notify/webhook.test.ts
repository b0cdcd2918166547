import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { anIncident, type NotifyRoom, openNotifyRoom, over } from '../../test/notify-room.ts';
import { quickFolder } from '../../test/quick-folder.ts';

let folder: string;
let room: NotifyRoom;
let receiver: http.Server;
let url: string;
const got: { headers: http.IncomingHttpHeaders; body: string; path: string }[] = [];
/** How the receiver answers; it says 204 by itself. */
let answer: (response: http.ServerResponse) => void;

async function openRoom(): Promise<void> {
  room = await openNotifyRoom({ folder, databaseUrl: undefined, remove: async () => {} });
}

beforeEach(async () => {
  got.length = 0;
  answer = response => response.writeHead(204).end();
  receiver = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    got.push({ headers: request.headers, body, path: request.url! });
    answer(response);
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  folder = mkdtempSync(join(quickFolder(), 'aerie-webhook-'));
  await openRoom();
});

afterEach(async () => {
  await room.close();
  receiver.closeAllConnections();
  receiver.close();
  rmSync(folder, { recursive: true });
});

const fields = { name: 'Hook', on: true, siteIds: null, groups: null, atLeast: 'info' as const, language: 'en' as const };
const newRoute = async (target = url) => {
  const { route, secret } = await room.call('route.create', { ...fields, target: { kind: 'webhook', url: target } });
  return { routeId: route.routeId, secret: secret! };
};

/** As docs/webhooks.md tells receivers to do it. */
function isOurs(secret: string, { headers, body }: (typeof got)[number]): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const wanted = Buffer.from(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  const given = Buffer.from(String(headers['webhook-signature']));
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

it('sends signed JSON, with a link and the incident as it is now', async () => {
  const { secret, routeId } = await newRoute();
  const attack = '</script><script>alert(1)</script>"\r\n\u202E';
  const incident = anIncident({ subject: attack });
  await room.tell(incident, 'opened');
  await room.tell(over(incident), 'resolved');
  await room.call('route.test', { routeId });
  expect(got.map(({ body }) => JSON.parse(body).type)).toEqual(['incident.opened', 'incident.resolved', 'test']);
  const first = JSON.parse(got[0]!.body);
  expect(first).toEqual({
    type: 'incident.opened',
    timestamp: new Date(room.now).toISOString(),
    data: { text: expect.stringContaining('no longer answers'), link: 'https://aerie.example/incidents/i1', incident },
  });
  // What came from the network stays what it was, as data; the sentence is one line.
  expect(first.data.text).not.toMatch(/[\r\n\u202E]/);
  expect(got.every(request => isOurs(secret, request))).toBe(true);
  expect(isOurs(secret, { ...got[0]!, body: got[0]!.body.replace('vm', 'mv').replace('NE', 'EN') })).toBe(false);
  expect(Math.abs(Number(got[0]!.headers['webhook-timestamp']) * 1_000 - room.now)).toBeLessThan(1_001);
  expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
});

it('takes a scheme in capitals for what it is', async () => {
  const { routeId } = await newRoute('HTTPS://127.0.0.1:9/hook');
  const { delivery } = await room.call('route.test', { routeId });
  expect(delivery).toMatchObject({ state: 'failed', error: expect.stringContaining('ECONNREFUSED') });
});

it('tries again under the same id, signed for the moment', async () => {
  const { secret } = await newRoute();
  answer = response => response.writeHead(503).end();
  await room.tell(anIncident(), 'opened');
  answer = response => response.writeHead(200).end('thanks');
  room.now += 60_000;
  await room.notify.drain();
  const [before, after] = got;
  expect(after!.headers['webhook-id']).toBe(before!.headers['webhook-id']);
  expect(Number(after!.headers['webhook-timestamp']) - Number(before!.headers['webhook-timestamp'])).toBe(60);
  expect([isOurs(secret, before!), isOurs(secret, after!)]).toEqual([true, true]);
  const { deliveries } = await room.call('delivery.list', {});
  expect(deliveries.find(({ routeName }) => routeName === 'Hook')).toMatchObject({ state: 'sent', attempts: 2 });
});

it.each([
  ['a redirect', (response: http.ServerResponse) => response.writeHead(307, { location: '/elsewhere' }).end(), 'it answered 307'],
  ['a refusal', (response: http.ServerResponse) => response.writeHead(400).end('<b>no</b>'), 'it answered 400'],
  ['a hang-up', (response: http.ServerResponse) => response.socket!.destroy(), 'socket hang up'],
])('does not take %s for an answer, and follows nothing', async (_, how, reason) => {
  const { routeId } = await newRoute();
  answer = how;
  const { delivery } = await room.call('route.test', { routeId });
  expect(delivery).toMatchObject({ state: 'failed', error: expect.stringContaining(reason) });
  expect(got.map(({ path }) => path)).toEqual(['/hook']);
});

it('reads little of an answer that does not end', async () => {
  const { routeId } = await newRoute();
  const closed = Promise.withResolvers<void>();
  answer = response => {
    response.writeHead(200);
    response.on('close', closed.resolve);
    const pour = () => {
      while (response.write('x'.repeat(65_536)));
    };
    response.on('drain', pour);
    pour();
  };
  expect((await room.call('route.test', { routeId })).delivery.state).toBe('sent');
  await closed.promise;
});

it('cuts what does not answer when Nester stops, and sends it again at the next start', async () => {
  await newRoute();
  const asked = Promise.withResolvers<void>();
  answer = () => asked.resolve();
  const incident = anIncident();
  await room.stage(incident, 'opened');
  await asked.promise;
  await room.close();
  answer = response => response.writeHead(204).end();
  await openRoom();
  expect((await room.rows()).map(({ state, attempts }) => [state, attempts])).toContainEqual(['waiting', 0]);
  room.incidents.set('i1', incident);
  await room.notify.drain();
  expect(got.map(({ headers }) => headers['webhook-id'])).toEqual(Array(2).fill(got[0]!.headers['webhook-id']));
});

it('shows the secret once, keeps it sealed, and changes it when asked', async () => {
  const { routeId, secret } = await newRoute();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const update = (input: object) => room.call('route.update', { routeId, ...input });
  expect((await update({ name: 'Hook 2' })).secret).toBeNull();
  const listed = async () => (await room.call('route.list', {})).routes.find(route => route.routeId === routeId);
  expect(await listed()).toMatchObject({ name: 'Hook 2', hasSecret: true });
  const next = (await update({ newSecret: true })).secret!;
  expect(next).not.toBe(secret);
  await room.call('route.test', { routeId });
  expect([isOurs(secret, got[0]!), isOurs(next, got[0]!)]).toEqual([false, true]);
  const kept = Buffer.concat([readFileSync(join(folder, 'nester.db')), readFileSync(join(folder, 'nester.db-wal'))]);
  expect([secret, next].some(one => kept.includes(one))).toBe(false);
  expect(JSON.stringify([room.acts, room.lines])).not.toMatch(/whsec_|\/hook/);
  // Mail has no secret; what comes back as a webhook has a new one.
  await update({ target: { kind: 'mail', to: ['ops@school.example'] } });
  expect(await listed()).toMatchObject({ hasSecret: false });
  expect((await update({ target: { kind: 'webhook', url } })).secret).not.toBeNull();
});

it.each([
  ['a password in the address', 'https://ada:secret@hooks.example/x'],
  ['another kind of address', 'file:///etc/passwd'],
])('refuses %s', async (_, target) => {
  await expect(newRoute(target)).rejects.toThrow();
});
