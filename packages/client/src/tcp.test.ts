import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LineSplitter } from './lines.ts';
import { tcpTransport } from './tcp.ts';

const server = createServer();
beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => new Promise(done => server.close(done)));

/** A transport that is open, the far end of it, and what arrives. */
async function pair() {
  const { port } = server.address() as AddressInfo;
  const chunks: string[] = [];
  const closed = Promise.withResolvers<number | undefined>();
  const opened = Promise.withResolvers<void>();
  let arrival = Promise.withResolvers<void>();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const transport = tcpTransport({ host: '127.0.0.1', port })({
    open: opened.resolve,
    text: chunk => {
      chunks.push(chunk);
      arrival.resolve();
      arrival = Promise.withResolvers();
    },
    close: closed.resolve,
  });
  await opened.promise;
  const [peer] = await accepted;
  peer.setNoDelay(true);
  return { transport, peer, chunks, closed: closed.promise, next: () => arrival.promise };
}

test('a letter that is cut at any byte arrives whole', async () => {
  const { transport, peer, chunks, closed, next } = await pair();
  const line = Buffer.from('{"été":"👩‍🚀 ça va"}\n');
  for (let cut = 1; cut < line.length; cut += 1) {
    chunks.length = 0;
    const first = next();
    peer.write(line.subarray(0, cut));
    await first;
    const lines = new LineSplitter();
    const got = chunks.flatMap(chunk => lines.push(chunk));
    chunks.length = 0;
    peer.write(line.subarray(cut));
    while (got.length === 0) {
      await next();
      got.push(...chunks.splice(0).flatMap(chunk => lines.push(chunk)));
    }
    expect(got).toEqual(['{"été":"👩‍🚀 ça va"}']);
  }
  transport.close();
  await closed;
});

test('a frame goes out as one line', async () => {
  const { transport, peer, closed } = await pair();
  transport.send('{"id":1}');
  const [data] = await once(peer, 'data');
  expect(String(data)).toBe('{"id":1}\n');
  peer.destroy();
  expect(await closed).toBeUndefined();
});

test('an address where nobody listens is a close', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  await new Promise(done => free.close(done));
  await new Promise<void>((resolve, reject) => {
    tcpTransport({ host: '127.0.0.1', port })({ open: reject, text: reject, close: () => resolve() });
  });
});
