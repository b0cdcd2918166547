import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http, { type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import type { ReportedPort } from '@aerie/contract/reports';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/kit/scratch.ts';
import { selfSignedCertificate, selfSignedPaths } from '../../../nester/src/self-signed.ts';
import { bareHost, barePort } from './findings.ts';
import { lookAtPages } from './pages.ts';
import { titleIn } from './titles.ts';

const folder = scratchFolder('pages');
const signal = new AbortController().signal;
const opened: (Server | net.Server)[] = [];
let tls: { cert: string; key: string };

beforeAll(async () => {
  await selfSignedCertificate(folder, Date.now());
  const { certFile, keyFile } = selfSignedPaths(folder);
  tls = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
});
afterEach(async () => {
  for (const server of opened.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    await new Promise(done => server.close(done));
  }
});

async function listen(server: Server | net.Server): Promise<number> {
  opened.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
const page = (answer: RequestListener) => listen(http.createServer(answer));
const securePage = (answer: RequestListener) => listen(https.createServer(tls, answer));

/** What is learnt of open ports, of which nmap found these services. */
async function look(...services: [port: number, service: string | null][]): Promise<ReportedPort[]> {
  const host = bareHost(
    '127.0.0.1',
    'up',
    services.map(([port, service]) => ({ ...barePort(port, 'open'), service })),
  );
  await lookAtPages([host], { signal });
  return host.ports;
}

describe('an open port', () => {
  test('that serves pages shows its title', async () => {
    const port = await page((_, response) =>
      response.end('<html><head><TITLE lang="fr">\n Imprimante &amp; caf&eacute; &#233;&lt;b> </TITLE>'),
    );
    expect(await look([port, 'http'])).toMatchObject([{ title: 'Imprimante & café é<b>' }]);
  });

  test('that speaks TLS shows its certificate, and its title', async () => {
    const port = await securePage((_, response) => response.end('<title>Switch</title>'));
    const [seen] = await look([port, 'ssl/http']);
    expect(seen).toMatchObject({ title: 'Switch', tls: { subject: expect.stringMatching(/^CN=/), issuer: expect.stringMatching(/^CN=/) } });
    expect(seen!.tls!.notAfter).toBeGreaterThan(Date.now());
  });

  test('gets one GET for / and nothing else, and one that speaks TLS nothing but the hello', async () => {
    const asked: string[] = [];
    const plain = await page(({ method, url }, response) => {
      asked.push(`${method} ${url}`);
      response.end('<title>x</title>');
    });
    const said: Buffer[] = [];
    const secure = await listen(
      net.createServer(socket =>
        socket
          .on('data', data => said.push(data))
          .on('error', () => {})
          .setTimeout(200, () => socket.destroy()),
      ),
    );
    expect((await look([plain, 'http'], [secure, 'ssl/imap']))[1]).not.toHaveProperty('tls');
    expect(asked).toEqual(['GET /']);
    // A TLS handshake record with a client's hello in it.
    expect(said).toHaveLength(1);
    expect([said[0]![0], said[0]![5]]).toEqual([0x16, 0x01]);
  });

  test('of another kind, such as a printer that prints what comes, gets nothing', async () => {
    let touched = 0;
    const port = await listen(net.createServer(() => (touched += 1)));
    await look([port, 'jetdirect']);
    await look([port, null]);
    expect(touched).toBe(0);
  });

  test('may redirect within its host to open ports, a few times, and not off it', async () => {
    const home = await securePage((_, response) => response.end('<title>Log in</title>'));
    const to = (location: string) => page((_, response) => response.writeHead(302, { location }).end('<title>Moved</title>'));
    const within = await to(`https://127.0.0.1:${home}/login`);
    expect((await look([within, 'http'], [home, 'ssl/http']))[0]).toMatchObject({ title: 'Log in' });
    const closed = await to(`https://127.0.0.1:${home}/login`);
    expect((await look([closed, 'http']))[0]).not.toHaveProperty('title');
    for (const elsewhere of [`https://127.0.0.2:${home}/`, `https://localhost:${home}/`, 'ftp://127.0.0.1/', 'http://[', '/']) {
      const port = await to(elsewhere);
      expect((await look([port, 'http'], [home, 'ssl/http']))[0]).not.toHaveProperty('title');
    }
  });

  test('that never comes to an end is read for 32 KiB and left', async () => {
    let written = 0;
    const port = await page((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(8_192))) written += 8_192;
      };
      response.on('drain', more);
      more();
    });
    expect((await look([port, 'http']))[0]).not.toHaveProperty('title');
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });

  test('that is silent, or talks nonsense, is no failure', async () => {
    const nonsense = await listen(
      net.createServer(socket =>
        socket
          .on('error', () => {})
          .resume()
          .end('220 mail\r\n\0\0\0'),
      ),
    );
    expect(await look([nonsense, 'http'], [nonsense, 'ssl/http'])).toMatchObject([{ port: nonsense }, {}]);
  });
});

test.each([
  ['<title></title>', undefined],
  ['<p>none</p>', undefined],
  ['<title>a\u0000b\u202ec&#0;&#x202e;&nosuch;</title>', 'abc&#0;&nosuch;'],
  [`<title>${'x'.repeat(9_000)}`, 'x'.repeat(200)],
  ['<title>&amp;lt;script&amp;gt;</title>', '&lt;script&gt;'],
])('the title in %j', (html, title) => {
  expect(titleIn(html)).toBe(title);
});
