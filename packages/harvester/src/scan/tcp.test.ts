import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scanWithTcp } from './tcp.ts';

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

describe('the built-in scan', () => {
  test('tells open from closed', async () => {
    const { scanner, hosts, missing } = await scanWithTcp({ addresses: ['127.0.0.1'], ports: [open, closed], signal: never });
    expect(scanner).toBe('tcp');
    expect(hosts).toHaveLength(1);
    expect(Object.fromEntries(hosts[0]!.ports.map(({ port, state }) => [port, state]))).toEqual({ [open]: 'open', [closed]: 'closed' });
    expect(hosts[0]!.status).toBe('up');
    expect(hosts[0]!.rttMs).toBeGreaterThanOrEqual(0);
    expect(missing).toEqual([]);
  });

  test('takes a host that only refuses for up', async () => {
    const { hosts } = await scanWithTcp({ addresses: ['127.0.0.1'], ports: [closed], signal: never });
    expect(hosts).toMatchObject([{ status: 'up', ports: [{ state: 'closed' }] }]);
  });

  test('asks a host that says nothing only a few ports, and does not report it', async () => {
    const asked: string[] = [];
    const ports = Array.from({ length: 100 }, (_, i) => i + 1);
    const { hosts } = await scanWithTcp({ addresses: ['127.0.0.1', '127.0.0.2'], ports, signal: never }, async address => {
      asked.push(address);
      return { state: address === '127.0.0.2' ? 'filtered' : 'closed', ms: 1 };
    });
    expect(asked.filter(address => address === '127.0.0.2')).toHaveLength(16);
    expect(asked.filter(address => address === '127.0.0.1')).toHaveLength(100);
    expect(hosts.map(({ address }) => address)).toEqual(['127.0.0.1']);
  });

  test('keeps its connections bounded', async () => {
    let now = 0;
    let most = 0;
    const addresses = Array.from({ length: 200 }, (_, i) => `127.0.1.${i}`);
    await scanWithTcp({ addresses, ports: [1, 2, 3, 4, 5], signal: never }, async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
      now -= 1;
      return { state: 'closed', ms: 1 };
    });
    expect(most).toBe(256);
  });

  test('does not call a port closed that it could not ask', async () => {
    const { hosts, missing } = await scanWithTcp({ addresses: ['127.0.0.1'], ports: [1, 2], signal: never }, async (_, port) => ({
      state: port === 1 ? 'open' : 'unasked',
      ms: 1,
    }));
    expect(hosts).toMatchObject([{ status: 'unknown', ports: [{ port: 1, state: 'open' }] }]);
    expect(missing).toMatchObject([{ fact: 'hosts' }]);
  });

  test('ends when it is told to, and says that it is not whole', async () => {
    const control = new AbortController();
    const ports = Array.from({ length: 500 }, (_, i) => i + 1);
    const { hosts, missing } = await scanWithTcp({ addresses: ['127.0.0.1'], ports, signal: control.signal }, async (_, port) => {
      if (port === 10) control.abort();
      return { state: 'closed', ms: 1 };
    });
    expect(hosts).toMatchObject([{ status: 'unknown' }]);
    expect(missing).toMatchObject([{ fact: 'hosts', reason: expect.stringContaining('before it was done') }]);
  });
});
