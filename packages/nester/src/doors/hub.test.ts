import { afterEach, expect, it, vi } from 'vitest';
import { fakeConnection } from '../../test/fake-connection.ts';
import { localBus } from '../bus/bus.ts';
import { type Limits, readConfig } from '../config.ts';
import { Fanout } from './fanout.ts';
import { Hub } from './hub.ts';

const quiet = { info() {}, warning() {}, error() {} };

function newHub(settings: Partial<Limits> = {}): Hub {
  const fanout = new Fanout({ topicsOf: () => [], guestTopics: () => [] }, { line: () => '' });
  const committer = { onPublished: () => undefined, onUntold: () => undefined };
  const { limits } = readConfig({ limits: settings }, {});
  return new Hub({
    fanout,
    bus: localBus(() => undefined),
    committer,
    log: quiet,
    limits,
    voice: { presenceLine: () => '', guestLines: () => '' },
  });
}

afterEach(() => vi.useRealTimers());

it('gives everybody the same time to say who they are, from when each came', () => {
  vi.useFakeTimers();
  const hub = newHub({ pendingSeconds: 10 });
  const [first, known, last, late] = [fakeConnection(), fakeConnection(), fakeConnection(), fakeConnection()];
  hub.opened(first.connection);
  hub.opened(known.connection);
  vi.advanceTimersByTime(4_000);
  hub.opened(last.connection);
  hub.settled(known.connection);
  const closed = () => [first, known, last, late].map(({ pipe }) => pipe.closed);
  vi.advanceTimersByTime(5_999);
  expect(closed()).toEqual([undefined, undefined, undefined, undefined]);
  vi.advanceTimersByTime(2);
  expect(closed()).toEqual(['idle', undefined, undefined, undefined]);
  vi.advanceTimersByTime(4_000);
  expect(closed()).toEqual(['idle', undefined, 'idle', undefined]);
  // Nobody was left to wait for; whoever comes now is waited for again.
  hub.opened(late.connection);
  vi.advanceTimersByTime(10_001);
  expect(closed()).toEqual(['idle', undefined, 'idle', 'idle']);
  hub.stop();
});

it('has room for nobody once it closes', async () => {
  const hub = newHub();
  const { connection, pipe } = fakeConnection();
  hub.opened(connection);
  expect(hub.hasRoom('192.0.2.7')).toBe(true);
  const closing = hub.closeAll(1_000);
  expect(hub.hasRoom('192.0.2.7')).toBe(false);
  await closing;
  expect(pipe.closed).toBe('stopping');
  hub.stop();
});

it('lets connections answer what they took before they are told, but not for ever', async () => {
  const hub = newHub();
  const busy = fakeConnection();
  busy.connection.settle = async () => {
    await new Promise(resolve => setImmediate(resolve));
    busy.connection.answer('{"id":1,"ok":{}}\n');
  };
  const endless = fakeConnection();
  endless.connection.settle = () => new Promise(() => undefined);
  hub.opened(busy.connection);
  hub.opened(endless.connection);
  await hub.closeAll(50);
  const farewell = '{"event":"session.ended","reason":"stopping"}';
  expect(busy.lines()).toEqual(['{"id":1,"ok":{}}', farewell]);
  expect(endless.lines()).toEqual([farewell]);
  hub.stop();
});

it('counts all addresses of one IPv6 customer as one', () => {
  const hub = newHub({ pendingPerAddress: 1 });
  const { connection } = fakeConnection({}, 1_000, '2001:db8:1:2::a');
  hub.opened(connection);
  expect(hub.hasRoom('2001:db8:1:2:ffff::b')).toBe(false);
  expect(hub.hasRoom('2001:db8:1:3::a')).toBe(true);
  hub.settled(connection);
  expect(hub.hasRoom('2001:db8:1:2:ffff::b')).toBe(true);
  hub.stop();
});

it('closes one connection, saying why; a probe hears nothing that would keep it away', async () => {
  const hub = newHub();
  const person = fakeConnection();
  const probe = fakeConnection({ probeLoggedIn: () => undefined });
  for (const { connection } of [person, probe]) hub.opened(connection);
  probe.connection.logInProbe({ kind: 'probe', probeId: 'p1', siteId: 's1', name: 'vm' });
  for (const { connection } of [person, probe]) hub.closeOne(connection.connectionId, 'noise');
  await new Promise(resolve => setImmediate(resolve));
  expect(person.lines()).toEqual(['{"event":"session.ended","reason":"kicked","why":"noise"}']);
  expect(person.pipe.closed).toBe('loggedOut');
  expect([probe.lines(), probe.pipe.closed]).toEqual([[], 'idle']);
  hub.stop();
});

it('lists a connection no more once it was told to end, though its other end has not let go yet', () => {
  const hub = newHub();
  const { connection } = fakeConnection();
  hub.opened(connection);
  expect([...hub.open()]).toEqual([connection]);
  connection.end('kicked');
  expect([...hub.open()]).toEqual([]);
  hub.closed(connection);
  hub.stop();
});
