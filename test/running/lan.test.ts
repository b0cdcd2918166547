import { statSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Nester } from '../kit/nester.ts';
import { within } from '../kit/wait.ts';

/** `--lan`, on loopback: what differs is only which addresses are listened on. */
describe('nester serve --lan', () => {
  let nester: Nester;

  beforeAll(async () => {
    nester = await Nester.start({ args: ['--lan'], env: { AERIE_TCP_TLS: '127.0.0.1:0' } });
  });
  afterAll(() => nester.remove());

  const get = (path: string) =>
    new Promise<{ status: number; headers: Record<string, unknown>; fingerprint: string }>((resolve, reject) => {
      request(`${nester.httpUrl.replace('http:', 'https:')}${path}`, { rejectUnauthorized: false }, response => {
        const socket = response.socket as import('node:tls').TLSSocket;
        resolve({ status: response.statusCode!, headers: response.headers, fingerprint: socket.getPeerCertificate().fingerprint256 });
        response.resume();
      })
        .on('error', reject)
        .end();
    });

  it('speaks TLS with a certificate whose fingerprint it prints, and prints links with https', async () => {
    const answer = await get('/healthz');
    expect(answer.status).toBe(200);
    expect(nester.output).toContain(answer.fingerprint);
    expect(await nester.setupLink()).toMatch(/^https:/);
  });

  it('keeps the certificate when it starts again', async () => {
    const { fingerprint } = await get('/healthz');
    await nester.stop();
    await nester.start();
    expect((await get('/healthz')).fingerprint).toBe(fingerprint);
  });

  it('keeps keys and data from other people of the machine', () => {
    const mode = (...path: string[]) => statSync(join(nester.folder, ...path)).mode & 0o777;
    for (const file of [['nester.db'], ['nester.sock'], ['tls', 'self-signed.key']]) expect(mode(...file)).toBe(0o600);
  });

  it('speaks the Classcord wire inside TLS', async () => {
    // The port of the newest start.
    const at = [...nester.output.matchAll(/"tcpTls":"127\.0\.0\.1:(\d+)"/g)].at(-1)![1]!;
    const socket = connect({ host: '127.0.0.1', port: Number(at), rejectUnauthorized: false });
    const answered = new Promise<string>(resolve => socket.setEncoding('utf8').once('data', resolve));
    socket.write('{"type":"users"}\n');
    expect(JSON.parse(await within(5_000, 'the users', answered))).toEqual({ type: 'users', users: [] });
    socket.destroy();
  });
});
