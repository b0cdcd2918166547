import type { EventFrame } from '@aerie/contract';
import { closeCodes } from '@aerie/contract/frames';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { channel, FakeServer, me, message, missed, said, snapshot } from '../test/fake-server.ts';
import { Connection, type ConnectionOptions } from './connection.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function begin(options: Partial<ConnectionOptions> = {}) {
  const server = new FakeServer();
  const connection = new Connection({ open: server.open, random: () => 1, ...options });
  connection.start();
  return { server, connection };
}

/** A connection that follows the log from snapshot 10. */
function beginLive(fields = {}) {
  const { server, connection } = begin();
  server.line.accept();
  server.line.answer('log.resume', { kind: 'snapshot', snapshot: snapshot(fields) });
  return { server, connection };
}

/** Loses the line, waits for the next one and logs it in. */
function reconnect(server: FakeServer) {
  server.line.drop();
  vi.advanceTimersByTime(30_000);
  server.line.accept();
  server.line.answer('session.show', { me });
}

const gap = { event: 'log.gap' };
const texts = (connection: Connection, id = 'general') => connection.state?.windows.get(id)?.messages.map(({ content }) => content);

describe('coming to life', () => {
  test('a cookie’s line asks for the log at once, a token’s after logging in', () => {
    const { server, connection } = begin({ token: 'secret-token' });
    expect(connection.status).toBe('connecting');
    server.line.accept();
    expect(server.line.asked.map(request => request.do)).toEqual(['session.resume']);
    server.line.answer('session.resume', { me });
    expect(connection.status).toBe('connecting');
    server.line.answer('log.resume', { kind: 'snapshot', snapshot: snapshot() });
    expect(connection.status).toBe('live');
    expect(connection.state?.seq).toBe(10);
    connection.stop();
  });

  test('calls made early go out in order once the line is live', async () => {
    const { server, connection } = begin();
    const answer = connection.call('channel.openDirect', { userId: 'bob' });
    server.line.accept();
    expect(server.line.waiting('channel.openDirect')).toEqual([]);
    server.line.answer('log.resume', { kind: 'snapshot', snapshot: snapshot() });
    server.line.answer('channel.openDirect', { channelId: 'd1', userId: 'bob' });
    await expect(answer).resolves.toEqual({ channelId: 'd1', userId: 'bob' });
    connection.stop();
  });

  test('a line that does not follow the log is live when it is open', async () => {
    const { server, connection } = begin({ live: false });
    server.line.accept();
    expect(connection.status).toBe('live');
    const answer = connection.call('session.logIn', { user: 'ada', password: 'wrong' });
    server.line.refuse('session.logIn', { code: 'login_failed', message: '' });
    await expect(answer).rejects.toMatchObject({ code: 'login_failed' });
    connection.send('general', 'hi');
    server.line.answer('message.send', { messageId: 'm1', seq: 4, createdAt: 1 });
    expect(connection.outbox).toEqual([]);
    connection.stop();
  });

  test('answers find their requests in any order', async () => {
    const { server, connection } = beginLive();
    const first = connection.call('channel.members', { channelId: 'general' });
    const second = connection.call('channel.members', { channelId: 'dev' });
    const [one, two] = server.line.waiting('channel.members');
    server.line.say({ id: two!.id, ok: { userIds: ['b'] } }, { id: one!.id, ok: { userIds: ['a'] } });
    expect([await first, await second]).toEqual([{ userIds: ['a'] }, { userIds: ['b'] }]);
    connection.stop();
  });

  test('listeners hear once of a piece of text, and not of nothing', () => {
    const { server, connection } = beginLive();
    const listener = vi.fn();
    const end = connection.subscribe(listener);
    server.line.say(said(11), said(12), said(13));
    expect(listener).toHaveBeenCalledTimes(1);
    server.line.say(said(13), gap);
    expect(listener).toHaveBeenCalledTimes(1);
    end();
    server.line.answer('log.resume', missed(14, [said(14)]));
    expect(listener).toHaveBeenCalledTimes(1);
    expect(connection.state?.seq).toBe(14);
    connection.stop();
  });
});

describe('healing', () => {
  test('a lost line is sought again after longer and longer waits', () => {
    const { server, connection } = begin();
    const waits = [500, 1_000, 2_000, 4_000];
    for (const wait of waits) {
      server.line.drop();
      expect(connection.status).toBe('waiting');
      expect(connection.retryAt! - Date.now()).toBe(wait);
      vi.advanceTimersByTime(wait - 1);
      expect(connection.status).toBe('waiting');
      vi.advanceTimersByTime(1);
      expect(connection.status).toBe('connecting');
      expect(connection.retryAt).toBeUndefined();
    }
    expect(server.lines.length).toBe(waits.length + 1);
    connection.stop();
    expect(server.line.closed).toBe(true);
  });

  test('a line that held a while makes the next wait short; one that dies at once does not', () => {
    const { server, connection } = beginLive();
    server.line.drop();
    expect(connection.retryAt! - Date.now()).toBe(500);
    reconnect(server);
    server.line.answer('log.resume', missed(10, []));
    server.line.drop();
    expect(connection.retryAt! - Date.now()).toBeGreaterThan(500);
    reconnect(server);
    server.line.answer('log.resume', missed(10, []));
    vi.advanceTimersByTime(6_000);
    server.line.drop();
    expect(connection.retryAt! - Date.now()).toBe(500);
    connection.stop();
  });

  test('what was missed comes in pages, once, and the line is live after the last', () => {
    const { server, connection } = beginLive();
    const heard = vi.fn();
    connection.onEvent(frame => heard(frame.seq));
    server.line.say(said(11));
    reconnect(server);
    expect(server.line.answer('log.resume', missed(13, [said(12), said(13)], { more: true })).input).toEqual({
      epoch: 'e1',
      after: 11,
      brief: true,
    });
    expect(connection.status).toBe('connecting');
    expect(server.line.answer('log.resume', missed(15, [said(15)])).input).toEqual({ epoch: 'e1', after: 13, brief: true });
    expect(connection.status).toBe('live');
    expect(heard.mock.calls.flat()).toEqual([11, 12, 13, 15]);
    connection.stop();
  });

  test('a server of an earlier version, which knows no brief form, is asked without it as long as the line lasts', () => {
    const { server, connection } = begin();
    server.line.accept();
    const older = { code: 'bad_input', message: '', params: { field: 'brief', reason: 'there is no such field' } } as const;
    server.line.refuse('log.resume', older);
    expect(server.line.answer('log.resume', { kind: 'snapshot', snapshot: snapshot() }).input).toEqual({});
    expect([connection.status, connection.refusal]).toEqual(['live', undefined]);
    server.line.say(gap);
    expect(server.line.answer('log.resume', missed(11, [said(11)])).input).toEqual({ epoch: 'e1', after: 10 });
    expect(connection.state?.seq).toBe(11);
    // It may be brought up to date while the line is lost.
    reconnect(server);
    expect(server.line.answer('log.resume', missed(11)).input).toEqual({ epoch: 'e1', after: 11, brief: true });
    expect(connection.status).toBe('live');
    connection.stop();
  });

  test('another refusal of what was missed is no reason to ask again', () => {
    const { server, connection } = begin();
    server.line.accept();
    server.line.refuse('log.resume', { code: 'bad_input', message: '', params: { field: 'after', reason: 'odd' } });
    expect(server.line.waiting('log.resume')).toEqual([]);
    expect(connection.refusal).toMatchObject({ code: 'bad_input' });
    connection.stop();
  });

  test('after a snapshot the windows that were open are loaded anew', async () => {
    const { server, connection } = beginLive();
    const opened = connection.openChannel('general');
    server.line.answer('message.history', { messages: [message(5)], moreBefore: false, moreAfter: false });
    await opened;
    reconnect(server);
    server.line.answer('log.resume', { kind: 'snapshot', snapshot: snapshot({ epoch: 'e2', seq: 90 }) });
    // What comes before the new page must not close the gap.
    server.line.say(said(91));
    expect(texts(connection)).toEqual(['text 5']);
    server.line.answer('message.history', { messages: [message(88), message(91)], moreBefore: true, moreAfter: false });
    server.line.say(said(92));
    expect(texts(connection)).toEqual(['text 88', 'text 91', 'text 92']);
    connection.stop();
  });

  test('silence is asked about, and given up when nobody answers', () => {
    const { server, connection } = beginLive();
    vi.advanceTimersByTime(20_000);
    server.line.say(said(11));
    vi.advanceTimersByTime(24_000);
    expect(server.line.waiting('session.show')).toEqual([]);
    vi.advanceTimersByTime(1_000);
    server.line.answer('session.show', { me });
    vi.advanceTimersByTime(10_000);
    expect(connection.status).toBe('live');
    vi.advanceTimersByTime(15_000);
    expect(server.line.waiting('session.show').length).toBe(1);
    vi.advanceTimersByTime(9_999);
    expect(connection.status).toBe('live');
    vi.advanceTimersByTime(1);
    expect(connection.status).toBe('waiting');
    expect(server.line.closed).toBe(true);
    connection.stop();
  });

  test('a line that never opens is given up', () => {
    const { server, connection } = begin();
    vi.advanceTimersByTime(10_000);
    expect(connection.status).toBe('waiting');
    server.line.accept();
    expect(server.line.asked).toEqual([]);
    connection.stop();
  });

  test('a lost line fails its calls, and there are none without a line', async () => {
    const { server, connection } = beginLive();
    const call = connection.call('session.list', {});
    server.line.drop();
    await expect(call).rejects.toMatchObject({ code: 'connection_lost' });
    await expect(connection.call('session.list', {})).rejects.toMatchObject({ code: 'connection_lost' });
    connection.stop();
  });

  test('something that is no frame loses the line', () => {
    const { server, connection } = beginLive();
    server.line.text('null\n');
    expect(connection.status).toBe('waiting');
    connection.stop();
  });

  test('stopped it seeks nothing; started again it goes on from where it was', () => {
    const { server, connection } = beginLive();
    connection.stop();
    vi.advanceTimersByTime(120_000);
    expect(server.lines.length).toBe(1);
    expect(connection.retryAt).toBeUndefined();
    connection.start();
    server.line.accept();
    server.line.answer('session.show', { me });
    expect(server.line.take('log.resume').input).toEqual({ epoch: 'e1', after: 10, brief: true });
    connection.stop();
  });
});

describe('the end of a session', () => {
  test.each([
    ['an event', (server: FakeServer) => server.line.say({ event: 'session.ended', reason: 'disabled' })],
    ['a close code', (server: FakeServer) => server.line.drop(closeCodes.loggedOut)],
  ])('told by %s, it is not sought again', async (_, tell) => {
    const { server, connection } = beginLive();
    const opening = connection.openChannel('general');
    tell(server);
    expect(connection.status).toBe('ended');
    await expect(opening).rejects.toMatchObject({ code: 'session_ended' });
    await expect(connection.call('session.list', {})).rejects.toMatchObject({ code: 'session_ended' });
    vi.advanceTimersByTime(120_000);
    expect(server.lines.length).toBe(1);
  });

  test('a token that no longer counts ends it too', () => {
    const { server, connection } = begin({ token: 'old-token' });
    server.line.accept();
    server.line.refuse('session.resume', { code: 'session_ended', message: '' });
    expect(connection.status).toBe('ended');
  });

  test('a server that stops is waited for', () => {
    const { server, connection } = beginLive();
    server.line.say({ event: 'session.ended', reason: 'stopping' });
    server.line.drop(closeCodes.stopping);
    expect(connection.status).toBe('waiting');
    connection.stop();
  });

  test('a server too busy to let us in is tried again', () => {
    const { server, connection } = begin();
    server.line.accept();
    server.line.refuse('log.resume', { code: 'busy', message: '' });
    expect(connection.refusal?.code).toBe('busy');
    expect(connection.status).toBe('waiting');
    connection.stop();
  });

  test('where another person logged in meanwhile, nothing of the first one’s stays', () => {
    const { server, connection } = beginLive();
    server.line.drop();
    connection.send('general', 'Ada’s words');
    vi.advanceTimersByTime(1_000);
    server.line.accept();
    server.line.answer('session.show', { me: { ...me, userId: 'bob' } });
    expect(connection.state).toBeUndefined();
    expect(connection.outbox).toEqual([]);
    expect(server.line.take('log.resume').input).toEqual({ brief: true });
    connection.stop();
  });
});

describe('a gap', () => {
  test('what was dropped is asked for; what came meanwhile waits for it', () => {
    const { server, connection } = beginLive();
    const heard: (number | undefined)[] = [];
    connection.onEvent(frame => heard.push(frame.seq));
    server.line.say(said(11), gap, said(13), said(15), { event: 'presence.changed', userId: 'bob', state: 'online' });
    expect(connection.state?.seq).toBe(11);
    expect(connection.state?.presence.get('bob')).toBe('online');
    const request = server.line.take('log.resume');
    expect(request.input).toEqual({ epoch: 'e1', after: 11, brief: true });
    server.line.say({ id: request.id, ok: missed(14, [said(12), said(13)]) }, said(16));
    expect(heard.filter(Boolean)).toEqual([11, 12, 13, 15, 16]);
    expect(connection.state?.seq).toBe(16);
    expect(connection.status).toBe('live');
    connection.stop();
  });

  test('a second gap while the first is mended is mended after it', () => {
    const { server, connection } = beginLive();
    server.line.say(gap, gap);
    expect(server.line.waiting('log.resume').length).toBe(1);
    server.line.answer('log.resume', missed(12, [said(12)]));
    expect(server.line.answer('log.resume', missed(14, [said(14)])).input).toEqual({ epoch: 'e1', after: 12, brief: true });
    expect(server.line.waiting('log.resume')).toEqual([]);
    expect(connection.state?.seq).toBe(14);
    connection.stop();
  });
});

describe('windows', () => {
  test('what happens while a page is on its way is not lost, whichever is older', async () => {
    const { server, connection } = beginLive();
    const opening = connection.openChannel('general');
    const edit: EventFrame = { event: 'message.edited', seq: 12, message: message(5, { content: 'edited', editedAt: 12 }) };
    server.line.say(said(11), edit);
    server.line.answer('message.history', { messages: [message(5)], moreBefore: true, moreAfter: false });
    await opening;
    expect(texts(connection)).toEqual(['edited', 'text 11']);
    connection.stop();
  });

  test('an answer and an event in one piece of text both count', () => {
    const { server, connection } = beginLive();
    void connection.openChannel('general');
    const request = server.line.take('message.history');
    server.line.say({ id: request.id, ok: { messages: [message(5)], moreBefore: false, moreAfter: false } }, said(11));
    expect(texts(connection)).toEqual(['text 5', 'text 11']);
    connection.stop();
  });

  test('older messages are loaded once, from the first that is held', async () => {
    const { server, connection } = beginLive();
    const opening = connection.openChannel('general');
    server.line.answer('message.history', { messages: [message(5)], moreBefore: true, moreAfter: false });
    await opening;
    void connection.openChannel('general');
    expect(server.line.waiting('message.history')).toEqual([]);
    const loading = Promise.all([connection.loadBefore('general'), connection.loadBefore('general')]);
    expect(server.line.waiting('message.history').length).toBe(1);
    const request = server.line.answer('message.history', { messages: [message(3)], moreBefore: false, moreAfter: true });
    expect(request.input).toEqual({ channelId: 'general', before: 5 });
    await loading;
    await connection.loadBefore('general');
    expect(server.line.waiting('message.history')).toEqual([]);
    expect(texts(connection)).toEqual(['text 3', 'text 5']);
    connection.stop();
  });

  test('a load outlives a lost line', async () => {
    const { server, connection } = beginLive();
    const opening = connection.openChannel('general');
    reconnect(server);
    server.line.answer('log.resume', missed(12, [said(12)]));
    server.line.answer('message.history', { messages: [message(12)], moreBefore: false, moreAfter: false });
    await opening;
    expect(texts(connection)).toEqual(['text 12']);
    connection.stop();
  });

  test('a page from before a snapshot does not count', () => {
    const { server, connection } = beginLive();
    void connection.openChannel('general');
    const stale = server.line.take('message.history');
    server.line.say(gap);
    server.line.answer('log.resume', { kind: 'snapshot', snapshot: snapshot({ epoch: 'e2', seq: 90 }) });
    server.line.say({ id: stale.id, ok: { messages: [message(5)], moreBefore: false, moreAfter: false } });
    expect(texts(connection)).toBeUndefined();
    server.line.answer('message.history', { messages: [message(88)], moreBefore: false, moreAfter: false });
    expect(texts(connection)).toEqual(['text 88']);
    connection.stop();
  });

  test('older messages on their way when a snapshot comes make way for the newest', async () => {
    const { server, connection } = beginLive();
    const opening = connection.openChannel('general');
    server.line.answer('message.history', { messages: [message(5)], moreBefore: true, moreAfter: false });
    await opening;
    const loading = connection.loadBefore('general');
    reconnect(server);
    server.line.answer('log.resume', { kind: 'snapshot', snapshot: snapshot({ epoch: 'e2', seq: 90 }) });
    const page = { messages: [message(88)], moreBefore: true, moreAfter: false };
    expect(server.line.answer('message.history', page).input).toEqual({ channelId: 'general' });
    await loading;
    expect(texts(connection)).toEqual(['text 88']);
    connection.stop();
  });

  test('leaving a channel ends its load and forgets its messages', async () => {
    const { server, connection } = beginLive();
    const opening = connection.openChannel('general');
    server.line.say({ event: 'member.left', seq: 11, channelId: 'general', userId: me.userId });
    await expect(opening).rejects.toMatchObject({ code: 'not_found' });
    server.line.answer('message.history', { messages: [message(5)], moreBefore: false, moreAfter: false });
    expect(connection.state?.windows.size).toBe(0);
    connection.stop();
  });

  test('a window that cannot be loaded anew is dropped', async () => {
    const { server, connection } = beginLive({ channels: [channel('general'), channel('dev')] });
    for (const id of ['general', 'dev']) {
      const opening = connection.openChannel(id);
      server.line.answer('message.history', { messages: [message(5, { channelId: id })], moreBefore: false, moreAfter: false });
      await opening;
    }
    reconnect(server);
    server.line.answer('log.resume', { kind: 'snapshot', snapshot: snapshot({ epoch: 'e2' }) });
    expect([...connection.state!.windows.keys()]).toEqual(['general']);
    server.line.refuse('message.history', { code: 'internal', message: '' });
    await Promise.resolve();
    expect(connection.state?.windows.size).toBe(0);
    connection.stop();
  });
});

test('"is writing" ends by itself', () => {
  const { server, connection } = beginLive();
  server.line.say({ event: 'typing.started', channelId: 'general', userId: 'bob' });
  expect(connection.state?.typing.size).toBe(1);
  const listener = vi.fn();
  connection.subscribe(listener);
  vi.advanceTimersByTime(6_000);
  expect(connection.state?.typing.size).toBe(0);
  expect(listener).toHaveBeenCalledTimes(1);
  connection.stop();
});

test('a change of one’s own settings is in the state', async () => {
  const { server, connection } = beginLive();
  const change = connection.call('me.update', { language: 'fr' });
  server.line.answer('me.update', { me: { ...me, language: 'fr' } });
  await change;
  expect(connection.state?.me.language).toBe('fr');
  connection.stop();
});
