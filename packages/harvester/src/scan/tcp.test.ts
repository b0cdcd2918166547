import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Knock, type KnockState, scanWithTcp, type TcpRequest } from './tcp.ts';

let listener: Server;
let open: number;
let closed: number;

beforeAll(async () => {
  listener = createServer(socket => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  open = (listener.address() as AddressInfo).port;
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  closed = (free.address() as AddressInfo).port;
  await new Promise(done => free.close(done));
});
afterAll(() => new Promise(done => listener.close(done)));

const never = new AbortController().signal;

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const request = (more: Partial<TcpRequest>): TcpRequest => ({
  addresses: ['127.0.0.1'],
  ports: [open, closed],
  packetsPerSecond: 100_000,
  signal: never,
  ...more,
});
const statesOf = (host: { ports: { port: number; state: string }[] } | undefined) =>
  Object.fromEntries(host?.ports.map(({ port, state }) => [port, state]) ?? []);

/** A network in place of the real one: says after a turn what it is told to. */
const answering = (state: (address: string, port: number, attempt: number) => KnockState): Knock & { asked: string[] } => {
  const asked: string[] = [];
  const attempts = new Map<string, number>();
  const knock: Knock = (address, port, _limitMs, done) => {
    const key = `${address} ${port}`;
    attempts.set(key, (attempts.get(key) ?? 0) + 1);
    asked.push(key);
    const timer = setImmediate(() => done(state(address, port, attempts.get(key)!), 1));
    return () => {
      clearImmediate(timer);
      done('unasked', 1);
    };
  };
  return Object.assign(knock, { asked });
};

describe('the built-in scan', () => {
  test('tells open from closed', async () => {
    const { hosts, missing } = await scanWithTcp(request({}));
    expect(hosts).toHaveLength(1);
    expect(statesOf(hosts[0])).toEqual({ [open]: 'open', [closed]: 'closed' });
    expect(hosts[0]!.status).toBe('up');
    expect(hosts[0]!.rttMs).toBeGreaterThanOrEqual(0);
    expect(missing).toEqual([]);
  });

  test('takes a host that only refuses for up', async () => {
    const { hosts } = await scanWithTcp(request({ ports: [closed] }));
    expect(hosts).toMatchObject([{ status: 'up', ports: [{ state: 'closed' }] }]);
  });

  test('asks a host that says nothing only a few ports, each twice, and does not report it', async () => {
    const knock = answering(address => (address === '127.0.0.2' ? 'filtered' : 'closed'));
    const { hosts } = await scanWithTcp(request({ addresses: ['127.0.0.1', '127.0.0.2'], ports: range(1, 100) }), knock);
    expect(knock.asked.filter(key => key.startsWith('127.0.0.2'))).toHaveLength(32);
    expect(knock.asked.filter(key => key.startsWith('127.0.0.1'))).toHaveLength(100);
    expect(hosts.map(({ address }) => address)).toEqual(['127.0.0.1']);
  });

  test('asks a host that is known to be there all of them', async () => {
    const knock = answering((_, port) => (port === 90 ? 'open' : 'filtered'));
    const { hosts } = await scanWithTcp(request({ ports: range(1, 100), awake: new Set(['127.0.0.1']) }), knock);
    expect(hosts[0]!.ports).toHaveLength(100);
    expect(hosts[0]!.ports.find(({ port }) => port === 90)).toMatchObject({ state: 'open' });
  });

  test('asks again, and again where answers turn out to get lost', async () => {
    const lossy = answering((_, port, attempt) => (attempt <= port % 4 ? 'filtered' : port === 40 ? 'open' : 'closed'));
    const { hosts } = await scanWithTcp(request({ ports: range(1, 200) }), lossy);
    const states = Object.values(statesOf(hosts[0]));
    expect([states.length, states.filter(state => state === 'filtered').length]).toEqual([200, 0]);
    const firm = answering((_, port) => (port > 100 ? 'filtered' : 'closed'));
    await scanWithTcp(request({ ports: range(1, 200) }), firm);
    expect(firm.asked).toHaveLength(300);
  });

  test('only to see who is there asks until the first sign', async () => {
    const knock = answering((address, port) => (address === '127.0.0.1' && port === 1 ? 'closed' : 'filtered'));
    const { hosts } = await scanWithTcp(request({ addresses: ['127.0.0.1', '127.0.0.2'], ports: range(1, 8), presence: true }), knock);
    expect(hosts).toMatchObject([{ address: '127.0.0.1', status: 'up', ports: [] }]);
    expect(knock.asked.filter(key => key.startsWith('127.0.0.2'))).toHaveLength(16);
  });

  test('keeps its connections bounded, of all hosts and of one', async () => {
    const now = new Map<string, number>();
    let most = 0;
    let mostOfOne = 0;
    const addresses = range(1, 200).map(i => `127.0.1.${i}`);
    await scanWithTcp(request({ addresses, ports: range(1, 300) }), (address, _port, _limitMs, done) => {
      now.set(address, (now.get(address) ?? 0) + 1);
      mostOfOne = Math.max(mostOfOne, now.get(address)!);
      most = Math.max(
        most,
        [...now.values()].reduce((a, b) => a + b),
      );
      const timer = setImmediate(() => {
        now.set(address, now.get(address)! - 1);
        done('closed', 1);
      });
      return () => clearImmediate(timer);
    });
    expect(most).toBe(768);
    expect(mostOfOne).toBeLessThanOrEqual(256);
  });

  test('keeps to its rate', async () => {
    const begun = performance.now();
    await scanWithTcp(
      request({ ports: range(1, 60), packetsPerSecond: 200 }),
      answering(() => 'closed'),
    );
    expect(performance.now() - begun).toBeGreaterThan(250);
  });

  test('does not call a port closed that it could not ask', async () => {
    const { hosts, missing } = await scanWithTcp(
      request({ ports: [1, 2] }),
      answering((_, port) => (port === 1 ? 'open' : 'unasked')),
    );
    expect(hosts).toMatchObject([{ status: 'unknown', ports: [{ port: 1, state: 'open' }] }]);
    expect(missing).toMatchObject([{ fact: 'hosts' }]);
  });

  test('ends when it is told to, and says that it is not whole', async () => {
    const control = new AbortController();
    const knock = answering((_, port) => {
      if (port === 10) control.abort();
      return 'closed';
    });
    const { hosts, missing } = await scanWithTcp(request({ ports: range(1, 500), signal: control.signal }), knock);
    expect(hosts).toMatchObject([{ status: 'unknown' }]);
    expect(missing).toMatchObject([{ fact: 'hosts', reason: expect.stringContaining('before it was done') }]);
  });
});
