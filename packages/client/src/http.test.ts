import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpCaller } from './http.ts';

let reply: { status: number; body: string };
let asked: { request: IncomingMessage; body: string };
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  asked = { request, body };
  response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.body);
});
let baseUrl: string;

beforeAll(async () => {
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => new Promise(done => server.close(done)));

test('a command is a POST of its input, with the token', async () => {
  reply = { status: 200, body: '{"channelId":"c1"}' };
  await expect(httpCaller(baseUrl, { token: 'secret' }).call('channel.openDirect', { userId: 'bob' })).resolves.toEqual({
    channelId: 'c1',
  });
  expect(asked.request.method).toBe('POST');
  expect(asked.request.url).toBe('/api/channel.openDirect');
  expect(asked.request.headers.authorization).toBe('Bearer secret');
  expect(JSON.parse(asked.body)).toEqual({ userId: 'bob' });
});

test('an error keeps its code and params', async () => {
  reply = { status: 429, body: '{"error":{"code":"too_fast","message":"…","params":{"seconds":3}}}' };
  await expect(httpCaller(baseUrl).call('server.show', {})).rejects.toMatchObject({ code: 'too_fast', params: { seconds: 3 } });
});

test('a code from a later version and a page of a proxy are errors too', async () => {
  reply = { status: 400, body: '{"error":{"code":"toString","message":"…"}}' };
  await expect(httpCaller(baseUrl).call('server.show', {})).rejects.toMatchObject({ code: 'internal', params: { ref: 'toString' } });
  reply = { status: 502, body: '<html>Bad gateway</html>' };
  await expect(httpCaller(baseUrl).call('server.show', {})).rejects.toMatchObject({ code: 'busy' });
  reply = { status: 404, body: 'null' };
  await expect(httpCaller(baseUrl).call('server.show', {})).rejects.toMatchObject({ code: 'internal', params: { ref: 'HTTP 404' } });
});

test('nobody there is connection_lost', async () => {
  const gone = createServer();
  await new Promise<void>(done => gone.listen(0, '127.0.0.1', done));
  const { port } = gone.address() as AddressInfo;
  await new Promise(done => gone.close(done));
  await expect(httpCaller(`http://127.0.0.1:${port}`).call('server.show', {})).rejects.toMatchObject({ code: 'connection_lost' });
});
