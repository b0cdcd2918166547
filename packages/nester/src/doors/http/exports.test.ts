import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { AppError } from '@aerie/contract';
import Fastify from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { actor } from '../../../test/fake-connection.ts';
import type { Dispatch } from '../dispatch.ts';
import { exportRoutes } from './exports.ts';

const messageOf = (seq: number, content: string) => ({
  messageId: `m${seq}`,
  seq,
  authorName: 'Ada',
  channel: 'général',
  content,
  createdAt: 0,
});

/** The routes over made-up pages of messages. `page` answers the one after a seq. */
async function door(page: (after: number) => Promise<{ messages: object[]; next: number | null }>) {
  const asked: { name: string; input: Record<string, unknown> }[] = [];
  const logged: { sentence: string; records: unknown }[] = [];
  const end = Promise.withResolvers<void>();
  const log = {
    info(_area: unknown, sentence: string, fields = {}) {
      logged.push({ sentence, ...fields } as never);
      end.resolve();
    },
    warning() {},
    error() {},
  };
  const admin = { isAdmin: true };
  const dispatch = {
    async call(by: { kind: string }, _caller: unknown, name: string, input: Record<string, unknown>) {
      if (by.kind === 'anyone') throw new AppError('not_logged_in');
      if (!admin.isAdmin) throw new AppError('forbidden');
      asked.push({ name, input });
      return name === 'message.export' ? await page(input.after as number) : {};
    },
  } as unknown as Dispatch;
  const server = Fastify();
  const judge = {
    isOwnOrigin: () => true,
    addressOf: () => '192.0.2.7',
    authenticate: async (request: IncomingMessage) => (request.headers.authorization ? actor('ada') : undefined),
  };
  exportRoutes(server as never, { dispatch, judge, log, now: () => new Date(2026, 10, 2).getTime() });
  server.setErrorHandler((error: AppError, _request, reply) => void reply.code(error.status).send({ code: error.code, ...error.params }));
  closers.push(() => server.close());
  const pages = () => asked.filter(({ name }) => name === 'message.export');
  const ask = (url: string, headers = {}) =>
    server.inject({ url: `/api/export/${url}`, headers: { authorization: 'Bearer x', ...headers } });
  return { server, asked, pages, logged, ended: end.promise, admin, ask };
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const two = async (after: number) => ({ messages: [messageOf(after + 1, after === 0 ? 'Été ;=1' : '=2')], next: after === 0 ? 1 : null });

it('sends a file of all pages, for Excel in French where that is asked for', async () => {
  const { ask, asked, logged } = await door(two);
  const { statusCode, headers, body } = await ask('messages?language=fr&bom=1&channelId=c1&from=5&to=9');
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="aerie-messages-2026-11-02.csv"',
  });
  expect(body).toBe(
    `\uFEFFUtilisateur,Canal,Contenu,Horodatage,ID\nAda,général,Été ;'=1,1970-01-01T00:00:00.000Z,m1\nAda,général,'=2,1970-01-01T00:00:00.000Z,m2\n`,
  );
  const chosen = { channelId: 'c1', from: 5, to: 9 };
  expect(asked).toEqual([
    { name: 'export.begin', input: { subject: 'messages', format: 'csv', ...chosen } },
    { name: 'message.export', input: { after: 0, limit: 200, ...chosen } },
    { name: 'message.export', input: { after: 1, limit: 200, ...chosen } },
  ]);
  expect(logged).toEqual([{ sentence: 'An export was sent', subject: 'messages', records: 2 }]);
});

it('sends one JSON array with what was really said', async () => {
  const { ask } = await door(two);
  const { headers, body } = await ask('messages?format=json');
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  expect(JSON.parse(body)).toMatchObject([{ content: 'Été ;=1' }, { content: '=2' }]);
});

it.each([
  ['strangers', 'messages', { authorization: '' }, 401, { code: 'not_logged_in' }],
  ['a link on another site', 'messages', { 'sec-fetch-site': 'cross-site' }, 403, { code: 'wrong_origin' }],
  ['a form that is none', 'messages?format=xml', {}, 400, { code: 'bad_input', field: 'format' }],
  ['a moment that is none', 'messages?from=yesterday', {}, 400, { code: 'bad_input', field: 'from' }],
  ['what it does not know', 'messages?password=1', {}, 400, { code: 'bad_input', field: 'password' }],
  ['an unknown subject', 'sessions', {}, 404, {}],
])('refuses %s', async (_, url, headers, status, body) => {
  const { ask, asked } = await door(two);
  const answer = await ask(url, headers);
  expect(answer.statusCode).toBe(status);
  expect(answer.json()).toMatchObject(body);
  expect(asked).toEqual([]);
});

it('takes a link of its own page, and one that was typed', async () => {
  const { ask } = await door(two);
  for (const site of ['same-origin', 'none']) expect((await ask('messages', { 'sec-fetch-site': site })).statusCode).toBe(200);
});

/** A download that has begun. */
async function download(server: { listen(at: object): Promise<string> }): Promise<IncomingMessage> {
  const request = get(`${await server.listen({ port: 0, host: '127.0.0.1' })}/api/export/messages`, {
    headers: { authorization: 'Bearer x' },
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

it('stops reading when the download is given up', async () => {
  const { server, pages, logged, ended } = await door(async after => ({
    messages: [messageOf(after + 1, 'x'.repeat(100_000))],
    next: after + 1,
  }));
  const response = await download(server);
  await once(response, 'data');
  response.destroy();
  await ended;
  const last = pages().length;
  expect(logged).toMatchObject([{ sentence: 'An export broke off' }]);
  // Nothing is asked for any more: the loop of events goes round, and the count stays.
  for (let turn = 0; turn < 100; turn++) await new Promise(resolve => setImmediate(resolve));
  expect(pages()).toHaveLength(last);
});

it('ends with the rights of whoever asked, and never looks whole then', async () => {
  const { server, admin, logged } = await door(async after => {
    admin.isAdmin = after < 3;
    return { messages: [messageOf(after + 1, 'x'.repeat(100_000))], next: after + 1 };
  });
  const response = await download(server);
  response.resume();
  const [error] = await once(response, 'error');
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  expect(logged).toMatchObject([{ sentence: 'An export broke off', records: 4, reason: expect.stringContaining('role') }]);
});
