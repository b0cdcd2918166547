import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { AppError } from '@aerie/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { type ReportUpload, reportDoor } from './probe.ts';

const headers = { 'aerie-probe': 'p1', 'aerie-time': '12', 'aerie-signature': 's', 'content-type': 'application/json' };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server with nothing but the door, and what reached the room behind it. */
async function door(answer: (upload: ReportUpload) => { reportId: string; accepted: boolean } = () => ({ reportId: 'r', accepted: true })) {
  const uploads: ReportUpload[] = [];
  const answered: number[] = [];
  const clock = { now: 1_000_000 };
  const take = reportDoor({
    taker: {
      mayReport: probeId => probeId === 'p1',
      async ingest(upload) {
        uploads.push(upload);
        return answer(upload);
      },
    },
    addressOf: () => '192.0.2.7',
    strangersPerMinute: 10,
    now: () => clock.now,
    headers: () => ['x-frame-options', 'DENY'],
    asAppError: error => (error instanceof AppError ? error : new AppError('internal', { ref: 'test' })),
    isStopping: () => false,
    answered: status => answered.push(status),
  });
  const server = createServer((request, response) => {
    if (!take(request, response)) response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise(done => server.close(done));
  });
  const { port } = server.address() as AddressInfo;
  const ask = (body: Uint8Array<ArrayBuffer> | string, more: Record<string, string> = {}, path = '/api/probe/reports', method = 'POST') =>
    fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { ...headers, ...more }, ...(method === 'POST' && { body }) });
  return { ask, uploads, answered, clock, port };
}

describe('POST /api/probe/reports', () => {
  it('hands on the bytes as they were sent, and who says to have signed them', async () => {
    const { ask, uploads, answered } = await door();
    const answer = await ask('{"v" :1}');
    expect([answer.status, await answer.json()]).toEqual([201, { reportId: 'r', accepted: true }]);
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    await ask(Buffer.from([31, 139, 0]), { 'content-encoding': 'gzip', 'content-type': 'application/octet-stream', 'aerie-mac': 'm' });
    const signed = { probeId: 'p1', time: '12', signature: 's', machine: '' };
    expect(uploads).toEqual([
      { ...signed, mac: '', body: Buffer.from('{"v" :1}'), gzip: false },
      { ...signed, mac: 'm', body: Buffer.from([31, 139, 0]), gzip: true },
    ]);
    expect(answered).toEqual([201, 201]);
  });

  it('answers 200 for a report that was there already', async () => {
    const { ask } = await door(() => ({ reportId: 'r', accepted: false }));
    expect((await ask('{}')).status).toBe(200);
  });

  it('leaves everything else to others', async () => {
    const { ask } = await door();
    expect((await ask('{}', {}, '/api/probe/reports?x=1')).status).toBe(201);
    expect((await ask('{}', {}, '/api/probe/reportsX')).status).toBe(404);
    expect((await ask('', {}, '/api/probe/reports', 'GET')).status).toBe(404);
  });

  it('sends strangers away before their body is read', async () => {
    const { uploads, port } = await door();
    const socket = connect(port, '127.0.0.1');
    // Of the nine megabytes that are promised nothing is sent: the answer must not wait for them.
    socket.write(`POST /api/probe/reports HTTP/1.1\r\nhost: x\r\naerie-probe: nobody\r\ncontent-length: ${9 * 1024 * 1024}\r\n\r\n`);
    const said = await text(socket);
    expect(said).toMatch(/^HTTP\/1.1 401 /);
    expect(said).toMatch(/\r\nconnection: close\r\n/);
    expect(uploads).toEqual([]);
  });

  it('answers strangers at once, and lets pass what they are still sending', async () => {
    const { uploads, port } = await door();
    const socket = connect(port, '127.0.0.1');
    const bytes = 4 * 1024 * 1024;
    socket.write(`POST /api/probe/reports HTTP/1.1\r\nhost: x\r\naerie-probe: nobody\r\ncontent-length: ${bytes}\r\n\r\n`);
    const [said] = (await once(socket, 'data')) as [Buffer];
    expect(said.toString()).toMatch(/^HTTP\/1.1 401 /);
    expect(said.toString()).not.toMatch(/connection: close/i);
    socket.write(Buffer.alloc(bytes));
    // What comes next is a request of its own.
    socket.write('POST /api/probe/reports HTTP/1.1\r\nhost: x\r\naerie-probe: p1\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 201 /);
    expect(uploads).toHaveLength(1);
  });

  it('lets strangers ask only now and then, and whoever is known all the same', async () => {
    const { ask, clock } = await door();
    for (let n = 0; n < 10; n++) expect((await ask('{}', { 'aerie-probe': '' })).status).toBe(401);
    clock.now += 20_000;
    const answer = await ask('{}', { 'aerie-probe': 'other' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '40']);
    expect(await answer.json()).toMatchObject({ error: { code: 'too_fast', params: { seconds: 40 } } });
    expect((await ask('{}')).status).toBe(201);
    clock.now += 40_000;
    expect((await ask('{}', { 'aerie-probe': 'other' })).status).toBe(401);
  });

  it('refuses what is too large, empty, or packed otherwise', async () => {
    const { ask, uploads, port } = await door();
    const refused = async (payload: string, more = {}) => {
      const answer = await ask(payload, more);
      const { error } = (await answer.json()) as { error: { code: string; params: { reason: string } } };
      return [answer.status, error.code, error.params.reason];
    };
    const tooLarge = 'it is larger than 8 MiB';
    const bytes = 8 * 1024 * 1024 + 1;
    const promised = connect(port, '127.0.0.1');
    promised.write(`POST /api/probe/reports HTTP/1.1\r\nhost: x\r\naerie-probe: p1\r\ncontent-length: ${bytes}\r\n\r\n`);
    expect(await text(promised)).toMatch(new RegExp(`^HTTP/1.1 400 [^]*${tooLarge}`));
    const endless = connect(port, '127.0.0.1').on('error', () => undefined);
    endless.write(`POST /api/probe/reports HTTP/1.1\r\nhost: x\r\naerie-probe: p1\r\ntransfer-encoding: chunked\r\n\r\n`);
    endless.write(`${bytes.toString(16)}\r\n${'x'.repeat(bytes)}`);
    const [said] = (await once(endless, 'data')) as [Buffer];
    expect(said.toString()).toMatch(new RegExp(`^HTTP/1.1 400 [^]*${tooLarge}`));
    endless.destroy();
    expect(await refused('')).toEqual([400, 'bad_report', 'it is empty']);
    expect(await refused('{}', { 'content-encoding': 'br' })).toEqual([400, 'bad_report', 'send it plain or as gzip']);
    expect(uploads).toEqual([]);
  });
});
