import { createSocket, type Socket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import type { DiagnosticRequest } from '@aerie/contract/diagnostics';
import { firstPolicy, type Policy } from '@aerie/contract/reports';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Instruments, perform } from './perform.ts';

const hello = createServer(socket => socket.on('error', () => {}).write('SSH-2.0-x\r\nmore'));
const silent = createServer(socket => socket.on('error', () => {}));
const hosts: string[] = [];
const web = createHttpServer((request, response) => {
  hosts.push(String(request.headers.host));
  response.writeHead(request.url === '/bad' ? 500 : 301, { location: 'http://10.0.0.1/', server: 'x' }).end('body');
});
let nameServer: Socket;
const port: Record<'hello' | 'silent' | 'web' | 'dns', number> = { hello: 0, silent: 0, web: 0, dns: 0 };

beforeAll(async () => {
  for (const [name, server] of Object.entries({ hello, silent, web })) {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    port[name as keyof typeof port] = (server.address() as AddressInfo).port;
  }
  // Answers A of box.lan with 10.0.0.7; of anything else that it does not exist.
  nameServer = createSocket('udp4', (message, from) => {
    const isKnown = message.includes('\u0003box\u0003lan', 12, 'latin1');
    const question = message.subarray(12, message.indexOf(0, 12) + 5);
    const head = Buffer.from(message.subarray(0, 12));
    head.writeUInt16BE(isKnown ? 0x8180 : 0x8183, 2);
    head.writeUInt16BE(isKnown ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 7]);
    nameServer.send(Buffer.concat(isKnown ? [head, question, answer] : [head, question]), from.port, from.address);
  });
  await new Promise<void>(resolve => nameServer.bind(0, '127.0.0.1', resolve));
  port.dns = nameServer.address().port;
});
afterAll(() => {
  hello.close();
  silent.close();
  web.close();
  web.closeAllConnections();
  nameServer.close();
});

const instruments = (): Instruments => ({
  programs: { ping: undefined, traceroute: undefined, nmap: undefined },
  around: { lookup: async () => [{ address: '127.0.0.1' }], gateways: () => [] },
  nameServers: [`127.0.0.1:${port.dns}`],
});
async function look(request: DiagnosticRequest, policy: Policy = firstPolicy, signal = new AbortController().signal) {
  const lines: string[] = [];
  const { state, summary } = await perform({ request, policy, signal, line: text => lines.push(text) }, instruments());
  return { state, say: summary.say, with: summary.with, lines };
}

describe('a port', () => {
  test('that is open says its greeting, its first line only', async () => {
    const found = await look({ do: 'tcp', host: 'box.lan', port: port.hello });
    expect(found).toMatchObject({ state: 'done', say: 'port_open', with: { port: port.hello, address: '127.0.0.1' } });
    expect(found.lines.at(-1)).toBe('it says: SSH-2.0-x');
  });
  test('may be open and silent', async () => {
    expect(await look({ do: 'tcp', host: '127.0.0.1', port: port.silent })).toMatchObject({ state: 'done', say: 'port_open' });
  });
  test('that is closed is told from one that is open', async () => {
    expect(await look({ do: 'tcp', host: '127.0.0.1', port: 1 })).toMatchObject({ state: 'failed', say: 'port_closed' });
  });
});

describe('a page', () => {
  test('is asked of the checked address, under its name, and no redirection is followed', async () => {
    hosts.length = 0;
    const found = await look({ do: 'http', url: `http://box.lan:${port.web}/` });
    expect(found).toMatchObject({ state: 'done', say: 'fetched', with: { status: 301 } });
    expect(found.lines).toEqual(expect.arrayContaining(['HTTP/1.1 301 Moved Permanently', 'location: http://10.0.0.1/']));
    expect(hosts).toEqual([`box.lan:${port.web}`]);
  });
  test('that its server fails to give has failed; a server that is not there too', async () => {
    expect(await look({ do: 'http', url: `http://127.0.0.1:${port.web}/bad` })).toMatchObject({ state: 'failed', with: { status: 500 } });
    expect(await look({ do: 'http', url: 'http://127.0.0.1:1/' })).toMatchObject({ state: 'failed', with: { reason: 'ECONNREFUSED' } });
  });
});

describe('a name', () => {
  test('is asked of the name servers', async () => {
    expect(await look({ do: 'dns', name: 'box.lan', type: 'A' })).toMatchObject({
      state: 'done',
      say: 'records',
      with: { count: 1 },
      lines: [expect.stringContaining('asking'), 'box.lan  A  10.0.0.7'],
    });
    expect(await look({ do: 'dns', name: 'nobody.lan', type: 'A' })).toMatchObject({ state: 'failed', say: 'no_record' });
  });
  test('of this machine is asked of nobody', async () => {
    expect(await look({ do: 'dns', name: 'localhost', type: 'AAAA' })).toMatchObject({ state: 'done', lines: ['localhost  AAAA  ::1'] });
    expect(await look({ do: 'dns', name: '127.0.0.1', type: 'PTR' })).toMatchObject({ lines: ['127.0.0.1  PTR  localhost'] });
  });
});

test('the way needs a program, except to this machine itself', async () => {
  expect(await look({ do: 'traceroute', host: '127.0.0.1', maxHops: 5 })).toMatchObject({ state: 'done', say: 'reached' });
  await expect(look({ do: 'traceroute', host: '10.0.0.1', maxHops: 5 }, { ...firstPolicy, ranges: ['10.0.0.0/24'] })).rejects.toMatchObject(
    {
      summary: { say: 'no_program', with: { program: 'traceroute' } },
    },
  );
});

test('nothing is done that the policy does not list, or that lies outside it', async () => {
  await expect(look({ do: 'dns', name: 'localhost', type: 'A' }, { ...firstPolicy, diagnostics: [] })).rejects.toMatchObject({
    summary: { say: 'not_allowed', with: { what: 'dns' } },
  });
  const elsewhere = { ...firstPolicy, ranges: ['10.0.0.0/24'] };
  for (const request of [
    { do: 'ping', host: 'box.lan', count: 1 },
    { do: 'tcp', host: 'box.lan', port: port.hello },
    { do: 'http', url: `http://box.lan:${port.web}/` },
  ] as const)
    await expect(look(request, elsewhere)).rejects.toMatchObject({
      summary: { say: 'not_allowed', with: { what: expect.stringMatching(/^box.lan \(127/) } },
    });
  await expect(look({ do: 'http', url: `http://me:secret@127.0.0.1:${port.web}/` })).rejects.toMatchObject({
    summary: { say: 'not_allowed' },
  });
  expect(hosts).toHaveLength(2);
});

test('what is cancelled ends at once', async () => {
  for (const request of [
    { do: 'ping', host: '127.0.0.1', count: 20 },
    { do: 'tcp', host: '127.0.0.1', port: port.silent },
  ] as const) {
    const control = new AbortController();
    const looking = look(request, firstPolicy, control.signal);
    control.abort(new Error('enough'));
    await expect(looking).rejects.toThrow('enough');
  }
});
