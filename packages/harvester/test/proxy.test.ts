import { createHash, X509Certificate } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/kit/scratch.ts';
import { until } from '../../../test/kit/wait.ts';
import { selfSignedCertificate, selfSignedPaths } from '../../nester/src/self-signed.ts';
import { WrongCertificate } from '../src/endpoint.ts';
import { enrol } from '../src/enrol.ts';
import { Harvester } from '../src/run.ts';
import { FakeNester } from './fake-nester.ts';
import { KeptLog, QuietSources } from './probe.ts';

/** An HTTP proxy that takes CONNECT and nothing else, and may lead elsewhere than it is asked. */
class ConnectProxy extends EventEmitter {
  readonly asked: string[] = [];
  readonly logins: (string | undefined)[] = [];
  /** Leads there instead. */
  elsewhere: number | undefined;
  /** Answers so instead of connecting. */
  answer: string | undefined;
  readonly #server = createServer((_, response) => response.writeHead(405).end());
  readonly #sockets = new Set<net.Socket>();

  async start(): Promise<this> {
    this.#server.on('connection', socket => this.#sockets.add(socket));
    this.#server.on('connect', (request, client) => {
      this.asked.push(request.url!);
      this.logins.push(request.headers['proxy-authorization']);
      client.on('error', () => {});
      if (this.answer !== undefined) return client.end(this.answer);
      const [host, port] = request.url!.split(':') as [string, string];
      const server = net.connect(this.elsewhere ?? Number(port), host, () => {
        client.write('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n');
        client.pipe(server).pipe(client);
      });
      server.on('error', () => client.destroy());
      client.on('close', () => server.destroy());
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url(): string {
    return `http://user:pass%20word@127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise(done => this.#server.close(done));
  }
}

const base = scratchFolder('proxy');
let own: { cert: string; key: string };
let other: { cert: string; key: string };
let tests = 0;
let folder: string;
let nester: FakeNester;
let proxy: ConnectProxy;
let harvester: Harvester | undefined;
const log = new KeptLog();

async function certificate(name: string) {
  await selfSignedCertificate(join(base, name), Date.now());
  const { certFile, keyFile } = selfSignedPaths(join(base, name));
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}
const pinOf = (pem: string) => createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');
const joinThrough = (code: string) => enrol(folder, nester.url, code, { force: false, version: '1', proxy: proxy.url });

beforeAll(async () => {
  own = await certificate('own');
  other = await certificate('other');
});
beforeEach(async () => {
  tests += 1;
  folder = join(base, String(tests));
  proxy = await new ConnectProxy().start();
});
afterEach(async () => {
  await harvester?.stop();
  harvester = undefined;
  await nester.close();
  await proxy.stop();
});

async function begin(): Promise<void> {
  harvester = new Harvester({ folder, version: '9.9.9', log, sources: new QuietSources(), nester: { proxy: proxy.url } });
  await harvester.start();
}
const when = (what: string, event: string, holds: () => boolean) =>
  until(
    what,
    listener => {
      nester.on(event, listener);
      return () => nester.off(event, listener);
    },
    holds,
  );

describe('through an HTTP proxy', () => {
  test.each([true, false])('the code, the line and the reports go, with TLS: %s', async secure => {
    nester = await FakeNester.start(secure ? own : undefined);
    await joinThrough(secure ? `GOOD-CODE.${pinOf(own.cert)}` : 'GOOD-CODE');
    await begin();
    await when('a report', 'report', () => nester.reports.size > 0);
    await when('a heartbeat', 'heartbeat', () => nester.heartbeats.length > 0);
    const authority = new URL(nester.url).host;
    expect(new Set(proxy.asked)).toEqual(new Set([authority]));
    expect(proxy.asked.length).toBeGreaterThanOrEqual(3);
    expect(new Set(proxy.logins)).toEqual(new Set([`Basic ${Buffer.from('user:pass word').toString('base64')}`]));
  });

  test('the pin holds: where it leads elsewhere, nothing is sent', async () => {
    nester = await FakeNester.start(own);
    await joinThrough(`GOOD-CODE.${pinOf(own.cert)}`);
    const stranger = await FakeNester.start(other);
    proxy.elsewhere = Number(new URL(stranger.url).port);
    log.lines.length = 0;
    await begin();
    await until(
      'the line that cannot be',
      listener => {
        log.on('line', listener);
        return () => log.off('line', listener);
      },
      () => log.has('Nester cannot be reached') && log.has('A report waits'),
    );
    for (const { sentence, fields } of log.lines)
      if (sentence === 'Nester cannot be reached' || sentence === 'A report waits')
        expect(fields.reason).toBe(new WrongCertificate().message);
    expect(stranger.hellos).toEqual([]);
    await stranger.close();
  });

  test.each([
    ['HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', /asks for a name and a password/],
    ['HTTP/1.1 403 Forbidden\r\n\r\n', /it refuses \(HTTP 403\)/],
    ['SSH-2.0-nothing\r\n\r\n', /it refuses/],
    ['', /closed the connection/],
    [`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}`, /answers too much/],
  ])('that does not lead there, it is said (%#)', async (answer, words) => {
    nester = await FakeNester.start();
    proxy.answer = answer;
    await expect(joinThrough('GOOD-CODE')).rejects.toThrow(words);
    expect(nester.hellos).toEqual([]);
  });
});
