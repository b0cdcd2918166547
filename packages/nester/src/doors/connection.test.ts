import { describe, expect, it, vi } from 'vitest';
import { actor, fakeConnection } from '../../test/fake-connection.ts';

const turn = () => new Promise(resolve => setImmediate(resolve));
const mebibyte = 1024 * 1024;

describe('Connection', () => {
  it('joins the answers of one turn into one write', async () => {
    const { connection, sent } = fakeConnection();
    connection.answer('a\n');
    connection.answer('b\n');
    await turn();
    expect(sent).toEqual(['a\nb\n']);
  });

  it('keeps answers before events that are delivered after them', async () => {
    const { connection, lines } = fakeConnection();
    connection.answer('answer\n');
    connection.deliver(Buffer.from('event\n'));
    await turn();
    expect(lines()).toEqual(['answer', 'event']);
  });

  it('sends gathered events after the answer, and only those above the answered seq', async () => {
    const { connection, lines } = fakeConnection();
    connection.hold();
    connection.gather(4, 'four\n');
    connection.gather(5, 'five\n');
    connection.gather(Number.POSITIVE_INFINITY, 'whisper\n');
    connection.release(4);
    connection.answer('snapshot at 4\n');
    connection.deliver(Buffer.from('six\n'));
    await turn();
    expect(lines()).toEqual(['snapshot at 4', 'five', 'whisper', 'six']);
  });

  it('logs in no probe that left while it waited', () => {
    const probeLoggedIn = vi.fn();
    const { connection } = fakeConnection({ probeLoggedIn });
    connection.close('idle');
    expect(() => connection.logInProbe({ kind: 'probe', probeId: 'p', siteId: 's', name: 'box' })).toThrow('connection');
    expect([probeLoggedIn.mock.calls, connection.actor]).toEqual([[], { kind: 'anyone' }]);
  });

  it('drops whispers past 64 KiB', () => {
    const { connection, pipe, sent } = fakeConnection();
    pipe.backlog = 64 * 1024 + 1;
    connection.whisper(Buffer.from('typing\n'));
    expect(sent).toEqual([]);
    pipe.backlog = 64 * 1024;
    connection.whisper(Buffer.from('typing\n'));
    expect(sent).toEqual(['typing\n']);
  });

  it('is told of a gap when more happened than can be told, also while it resumes', async () => {
    const unfollow = vi.fn();
    const { connection, lines } = fakeConnection({ unfollow });
    connection.beginAgain();
    expect(lines()).toEqual([]);
    connection.hold();
    connection.gather(5, 'five\n');
    connection.beginAgain();
    connection.release(4);
    connection.answer('a page\n');
    connection.hold();
    connection.gather(9, 'nine\n');
    connection.answer('another answer\n');
    connection.release(8);
    connection.answer('snapshot at 8\n');
    await turn();
    expect(lines()).toEqual(['{"event":"log.gap"}', 'a page', 'another answer', 'snapshot at 8', 'nine']);
    expect(unfollow).toHaveBeenCalledTimes(1);
  });

  it.each([
    { who: 'on the old wire', dialect: 'classcord', guest: false },
    { who: 'as a guest', dialect: 'framed', guest: true },
  ] as const)('goes on without what happened, $who', ({ dialect, guest }) => {
    const followLog = vi.fn();
    const { connection, lines } = fakeConnection({ followLog });
    connection.dialect = dialect;
    connection.actor = guest ? { kind: 'guest', guestId: 'g', name: 'invité' } : actor('u');
    connection.followAgain();
    connection.beginAgain();
    expect(followLog).toHaveBeenCalledTimes(2);
    expect(lines()).toEqual([]);
  });

  it('past 1 MiB says one gap, stops following, and destroys what does not drain', () => {
    vi.useFakeTimers();
    const unfollow = vi.fn();
    const { connection, pipe, lines } = fakeConnection({ unfollow }, 30_000);
    connection.hold();
    connection.release(0);
    connection.answer('snapshot\n');
    pipe.backlog = mebibyte + 1;
    connection.deliver(Buffer.from('lost\n'));
    expect(lines()).toContain('{"event":"log.gap"}');
    expect(unfollow).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(29_999);
    expect(pipe.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(pipe.destroyed).toBe(true);
    vi.useRealTimers();
  });

  it('keeps a client that drains in time, and says a gap again when it falls behind again', () => {
    vi.useFakeTimers();
    const { connection, pipe, lines } = fakeConnection({}, 30_000);
    for (let round = 1; round <= 2; round++) {
      connection.hold();
      connection.release(0);
      connection.answer('snapshot\n');
      pipe.backlog = mebibyte + 1;
      connection.deliver(Buffer.from('lost\n'));
      pipe.backlog = 0;
      expect(lines().filter(line => line.includes('log.gap'))).toHaveLength(round);
    }
    vi.advanceTimersByTime(60_000);
    expect(pipe.destroyed).toBe(false);
    vi.useRealTimers();
  });

  it('cuts an old client past 1 MiB', () => {
    const { connection, pipe } = fakeConnection();
    connection.dialect = 'classcord';
    pipe.backlog = mebibyte + 1;
    connection.deliver(Buffer.from('lost\n'));
    expect(pipe.destroyed).toBe(true);
  });

  it('does not become somebody else', () => {
    const { connection } = fakeConnection();
    connection.logIn(actor('alice'));
    connection.logIn(actor('alice'));
    expect(() => connection.logIn(actor('bob'))).toThrow(/already logged in as alice/);
  });

  it('gets no role back by a command that began before it was taken', () => {
    const { connection } = fakeConnection();
    const before = { ...actor('u1'), role: 'admin' as const };
    connection.logIn(before);
    // As those who hear of every change do, while a command of this connection is still under way.
    connection.actor = { ...before, role: 'viewer', name: 'renamed' };
    connection.logIn({ ...before, language: 'fr' });
    expect(connection.actor).toEqual({ ...before, role: 'viewer', name: 'renamed', language: 'fr' });
  });

  it('is not listed again by a log-in or a resume that ends after it is gone', () => {
    const keeper = { loggedIn: vi.fn(), followLog: vi.fn() };
    const { connection } = fakeConnection(keeper);
    connection.closed();
    connection.logIn(actor('alice'));
    connection.hold();
    connection.followAgain();
    expect(keeper.loggedIn).not.toHaveBeenCalled();
    expect(keeper.followLog).not.toHaveBeenCalled();
    expect(connection.isHolding).toBe(false);
  });

  it('writes nothing after the end', async () => {
    const { connection, pipe, lines } = fakeConnection();
    connection.end('disabled');
    connection.answer('late\n');
    connection.deliver(Buffer.from('late\n'));
    await turn();
    expect(lines()).toEqual(['{"event":"session.ended","reason":"disabled"}']);
    expect(pipe.closed).toBe('loggedOut');
  });
});
