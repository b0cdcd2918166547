import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wholeHistory } from '../kit/history.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, type Person } from '../kit/people.ts';
import { newSite } from '../kit/probe.ts';
import { within } from '../kit/wait.ts';

let nester: Nester;
let ada: Person;
let receiver: http.Server;
const got: { id: string; type: string; subject: string }[] = [];
/** Called with each request before it is answered. */
let onRequest: () => Promise<void> = async () => {};
let heard = Promise.withResolvers<void>();

beforeAll(async () => {
  receiver = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { type, data } = JSON.parse(body);
    got.push({ id: String(request.headers['webhook-id']), type, subject: data.incident.incidentId });
    await onRequest();
    response.writeHead(204).end();
    heard.resolve();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  nester = await Nester.start();
  ada = await firstAdministrator(nester);
});
afterAll(async () => {
  await nester?.remove();
  receiver.closeAllConnections();
  receiver.close();
});

it('tells again under the same id what it may not have told before kill -9, and the channel only once', async () => {
  const siteId = await newSite(ada, 'NE');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const fields = { name: 'Hook', on: true, siteIds: null, groups: null, atLeast: 'info' as const, language: 'fr' as const };
  await ada.http.call('route.create', { ...fields, target: { kind: 'webhook', url } });
  const killed = Promise.withResolvers<void>();
  onRequest = async () => {
    // The receiver has it, and Nester does not know: as if the power went just then.
    onRequest = async () => {};
    await nester.kill();
    killed.resolve();
  };
  const { incident } = await ada.http.call('incident.test', { siteId });
  await within(15_000, 'the first request', killed.promise);
  heard = Promise.withResolvers<void>();
  await nester.start();
  await within(15_000, 'the second request', heard.promise);
  expect(got).toEqual(Array(2).fill({ id: got[0]!.id, type: 'incident.opened', subject: incident.incidentId }));
  const supervision = await channelNamed(ada, 'supervision');
  const cards = (await wholeHistory(ada, supervision)).filter(({ card }) => card?.incidentId === incident.incidentId);
  expect(cards.length).toBe(1);
  const told = async () => (await ada.http.call('delivery.list', { incidentId: incident.incidentId })).deliveries;
  await within(
    15_000,
    'both deliveries to be done',
    (async () => {
      while ((await told()).some(({ state }) => state !== 'sent'));
    })(),
  );
  expect((await told()).map(({ routeName, attempts }) => [routeName, attempts]).sort()).toEqual([
    ['#supervision', 1],
    ['Hook', 1],
  ]);
});
