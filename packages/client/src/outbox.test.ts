import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeServer, me, message, missed, said, snapshot } from '../test/fake-server.ts';
import { Connection } from './connection.ts';

let server: FakeServer;
let connection: Connection;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  connection = new Connection({ open: server.open, random: () => 1 });
  connection.start();
});
afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

function live(): void {
  server.line.accept();
  server.line.answer('log.resume', { kind: 'snapshot', snapshot: snapshot() });
}

function reconnect(): void {
  server.line.drop();
  vi.advanceTimersByTime(30_000);
  server.line.accept();
  server.line.answer('session.show', { me });
}

const contents = () => connection.outbox.map(({ content }) => content);
const sent = () => server.line.waiting('message.send').map(({ input }) => (input as { content: string }).content);
const stored = (seq: number) => ({ messageId: `m${seq}`, seq, createdAt: 1 });
const own = (seq: number, nonce: string) => said(seq, { authorId: me.userId, nonce });

test('a message stays until it is acknowledged and its event has come', () => {
  live();
  const { nonce } = connection.send('general', 'hello');
  expect(server.line.answer('message.send', stored(11)).input).toEqual({ channelId: 'general', content: 'hello', nonce });
  expect(contents()).toEqual(['hello']);
  server.line.say(own(11, nonce));
  expect(contents()).toEqual([]);
});

test('its event alone says that it is stored', () => {
  live();
  const { nonce } = connection.send('general', 'hello');
  server.line.say(own(11, nonce));
  expect(contents()).toEqual([]);
  server.line.answer('message.send', stored(11));
  expect(contents()).toEqual([]);
});

test('somebody else’s message with the same nonce is not mine', () => {
  live();
  const { nonce } = connection.send('general', 'hello');
  server.line.say(said(11, { nonce }));
  expect(contents()).toEqual(['hello']);
});

test('said without a line, it goes out when there is one, in order', () => {
  connection.send('general', 'one');
  connection.send('general', 'two');
  live();
  expect(sent()).toEqual(['one', 'two']);
});

test('what was not acknowledged is sent again under the same nonce', () => {
  live();
  const { nonce } = connection.send('general', 'hello');
  const first = server.line.take('message.send');
  reconnect();
  expect(sent()).toEqual([]);
  server.line.answer('log.resume', missed(10));
  const second = server.line.take('message.send');
  expect(second.input).toEqual(first.input);
  expect((second.input as { nonce: string }).nonce).toBe(nonce);
});

test('what the resume brings is not sent again', () => {
  live();
  const { nonce } = connection.send('general', 'hello');
  reconnect();
  server.line.answer('log.resume', missed(11, [own(11, nonce)]));
  expect(sent()).toEqual([]);
  expect(contents()).toEqual([]);
});

test('acknowledged but deleted while we were away, it goes without its event', () => {
  live();
  connection.send('general', 'hello');
  server.line.answer('message.send', stored(11));
  reconnect();
  server.line.answer('log.resume', missed(12));
  expect(sent()).toEqual([]);
  expect(contents()).toEqual([]);
});

test('acknowledged anew after a snapshot that has it already, it goes', () => {
  live();
  connection.send('general', 'hello');
  reconnect();
  server.line.answer('log.resume', { kind: 'snapshot', snapshot: snapshot({ epoch: 'e2', seq: 50 }) });
  expect(contents()).toEqual(['hello']);
  server.line.answer('message.send', stored(50));
  expect(contents()).toEqual([]);
});

test('a refusal marks it; retried it goes again under its nonce, discarded it is gone', () => {
  live();
  const { nonce } = connection.send('general', 'hello');
  const other = connection.send('general', 'other');
  server.line.refuse('message.send', { code: 'read_only_channel', message: '', params: { channel: '#general' } });
  expect(connection.outbox[0]?.failed).toMatchObject({ code: 'read_only_channel', params: { channel: '#general' } });
  expect(connection.outbox[1]?.failed).toBeUndefined();
  server.line.take('message.send');
  connection.retry(other.nonce);
  expect(sent()).toEqual([]);
  connection.retry(nonce);
  expect(connection.outbox[0]?.failed).toBeUndefined();
  expect((server.line.take('message.send').input as { nonce: string }).nonce).toBe(nonce);
  connection.discard(nonce);
  expect(contents()).toEqual(['other']);
});

test('a refused message is not sent again by a new line', () => {
  live();
  connection.send('general', 'hello');
  server.line.refuse('message.send', { code: 'forbidden', message: '' });
  reconnect();
  server.line.answer('log.resume', missed(10));
  expect(sent()).toEqual([]);
  expect(contents()).toEqual(['hello']);
});

test('a server that is stopping has refused nothing', () => {
  live();
  connection.send('general', 'hello');
  server.line.refuse('message.send', { code: 'stopping', message: '' });
  expect(connection.outbox[0]?.failed).toBeUndefined();
  reconnect();
  server.line.answer('log.resume', missed(10));
  expect(sent()).toEqual(['hello']);
});

test('what no frame can carry is refused here', () => {
  live();
  connection.send('general', '\u0000'.repeat(16_000));
  expect(sent()).toEqual([]);
  expect(connection.outbox[0]?.failed).toMatchObject({ code: 'frame_too_large' });
});

test('many at once go a few at a time', () => {
  live();
  for (let n = 0; n < 100; n += 1) connection.send('general', `text ${n}`);
  expect(sent().length).toBe(32);
  server.line.answer('message.send', stored(11));
  server.line.answer('message.send', stored(12));
  expect(sent().length).toBe(32);
  expect(sent().at(-1)).toBe('text 33');
});

test('the list is the same object until it changes', () => {
  live();
  connection.send('general', 'hello');
  const list = connection.outbox;
  server.line.say({ event: 'message.created', seq: 11, message: message(11) });
  expect(connection.outbox).toBe(list);
});
