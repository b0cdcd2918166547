import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import http2 from 'node:http2';
import { request } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError, type Report } from '@aerie/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pingMs } from '../../packages/nester/src/doors/ws.ts';
import { needs } from '../kit/needs.ts';
import { password } from '../kit/people.ts';
import { root } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';
import { bootMs, Machine } from './machine.ts';
import { type Answer, type Family, server, site, type Visitor, WebLab } from './web-lab.ts';

const shippedSite = readFileSync(join(root, 'deploy/debian/nginx/aerie.conf'), 'utf8');
const origin = `https://${site}`;
const errorOf = ({ status, body }: Answer) => [status, (JSON.parse(body) as { error: { code: string } }).error.code];

needs(
  'mmdebstrap',
  'nspawn',
  'netns',
)('nginx before Nester', () => {
  let lab: WebLab;
  let alice: Visitor;
  let bob: Visitor;
  let token: string;
  beforeAll(async () => {
    lab = await WebLab.open();
    ({ alice, bob } = lab);
    await lab.startNester();
    token = await lab.firstAdministrator('Ada', password);
  }, bootMs);
  afterAll(() => lab?.remove());
  const bearer = () => ({ authorization: `Bearer ${token}` });

  it('leads from plain HTTP to TLS, in both families, but for the proofs of ACME', async () => {
    for (const family of [4, 6] as const) {
      const { status, headers } = await alice.ask('/c/dev?x=1', { port: 80, family });
      expect([status, headers.location]).toEqual([301, `${origin}/c/dev?x=1`]);
    }
    expect((await alice.ask('/', { port: 80, host: server[4] })).headers.location).toBe(`https://${server[4]}/`);
    lab.machine.write('/var/www/aerie-acme/.well-known/acme-challenge/proof', 'proof');
    const proof = await alice.ask('/.well-known/acme-challenge/proof', { port: 80 });
    expect([proof.status, proof.body, proof.headers['content-type']]).toEqual([200, 'proof', 'text/plain']);
    expect((await alice.ask('/.well-known/acme-challenge/../../../etc/passwd', { port: 80 })).status).not.toBe(200);
    expect((await alice.ask('/.well-known/acme-challenge/other', { port: 80 })).status).toBe(404);
    // Plain HTTP on the port of TLS.
    const plain = alice.connect();
    plain.write(`GET /c/dev HTTP/1.1\r\nHost: ${site}\r\nConnection: close\r\n\r\n`);
    let said = '';
    for await (const piece of plain.setEncoding('utf8')) said += piece;
    expect(said).toMatch(/^HTTP\/1\.1 301 [\s\S]*Location: https:\/\/aerie\.example\/c\/dev\r\n/);
  });

  it('speaks TLS 1.2 and 1.3 and nothing older, and HTTP/2', async () => {
    // Below this level OpenSSL refuses the old versions by itself, before the server is asked.
    const old = alice.tls({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' });
    const [refusal] = (await once(old, 'error')) as [NodeJS.ErrnoException];
    expect(refusal.code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = alice.tls({ minVersion: version, maxVersion: version, ALPNProtocols: ['h2', 'http/1.1'] });
      await once(socket, 'secureConnect');
      expect([socket.getProtocol(), socket.alpnProtocol, socket.getCipher().standardName]).toEqual([
        version,
        'h2',
        expect.stringMatching(/_GCM_SHA|CHACHA20/),
      ]);
      socket.destroy();
    }
    const weak = alice.tls({ maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA' });
    expect((await once(weak, 'error'))[0].code).toBe('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE');
    const session = http2.connect(origin, { createConnection: () => alice.tls({ ALPNProtocols: ['h2'] }) });
    const page = session.request({ ':path': '/' });
    const [headers] = await once(page, 'response');
    expect([headers[':status'], headers.server]).toEqual([200, 'nginx']);
    session.destroy();
  });

  it('sends each header once', async () => {
    const script = /\/assets\/[\w.-]+\.js/.exec((await alice.ask('/')).body)![0];
    const answers = {
      page: await alice.ask('/'),
      script: await alice.ask(script, { headers: { 'accept-encoding': 'br' } }),
      answer: await alice.post('server.show', {}),
      refusal: await alice.post('session.show', {}),
      report: await alice.ask('/api/probe/reports', { method: 'POST' }),
      health: await alice.ask('/healthz'),
    };
    for (const [what, { rawHeaders, headers }] of Object.entries(answers)) {
      const names = rawHeaders.filter((_, i) => i % 2 === 0).map(name => name.toLowerCase());
      expect(names.toSorted(), what).toEqual([...new Set(names)].toSorted());
      expect(headers, what).toMatchObject({
        server: 'nginx',
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
      });
    }
    expect(answers.script.headers).toMatchObject({ 'content-encoding': 'br', 'cache-control': expect.stringContaining('immutable') });
    expect([answers.page.headers['cache-control'], answers.page.headers['content-encoding']]).toEqual(['no-store', undefined]);
  });

  it('gives browsers a cookie that no plain page reads, by the name of the site and by an address, and to no page of others', async () => {
    const logIn = (host: string, from: string) =>
      bob.post('session.logIn', { user: 'Ada', password }, { host, headers: { origin: from, 'x-forwarded-host': 'evil.example' } });
    for (const host of [site, server[4], `[${server[6]}]`]) {
      const { status, headers } = await logIn(host, `https://${host}`);
      expect([status, headers['set-cookie']], host).toEqual([200, [expect.stringMatching(/^__Host-aerie=[^;]+; .*HttpOnly; Secure/)]]);
    }
    for (const [host, from] of [
      [site, 'https://evil.example'],
      [site, `http://${site}`],
      ['evil.example', 'https://evil.example'],
    ] as const)
      expect(errorOf(await logIn(host, from))).toEqual([403, 'wrong_origin']);
    const page = await bob.ask('/c/dev', { host: 'evil.example' });
    expect([page.status, page.headers.location]).toEqual([301, `${origin}/c/dev`]);
    expect((await bob.ask('/c/dev', { host: server[4] })).status).toBe(200);
    // What a probe is installed with is no page. (A copy of the repository has no release to hand out.)
    expect((await bob.ask('/probe/install.sh', { host: 'other.example' })).body).toContain('hands out the Harvester');
    const socket = bob.webSocket({ origin: 'https://evil.example' });
    expect(String((await once(socket, 'error'))[0])).toContain('403');
  });

  it.each([4, 6] as const)('tells Nester who asks, and believes nobody who says so (IPv%i)', async family => {
    const forged = {
      'x-forwarded-for': '198.51.100.1, 127.0.0.1',
      forwarded: 'for=198.51.100.1',
      'x-real-ip': '198.51.100.1',
      'x-forwarded-proto': 'http',
    };
    expect(errorOf(await bob.post('session.logIn', { user: `nobody${family}`, password: 'wrong' }, { family, headers: forged }))).toEqual([
      401,
      'login_failed',
    ]);
    const line = () => lab.log.split('\n').find(each => each.includes(`nobody${family}`));
    await lab.machine.until('the line of the failure', () => line() !== undefined);
    expect(line()).toMatch(/^\S+ WARNING \[LOGIN\] Failed login attempt from (\S+) \{"user":"nobody\d","door":"http"\}$/);
    expect(line()).toContain(` from ${bob.address(family)} {`);
    // The same by the WebSocket.
    const socket = bob.webSocket(forged, { family });
    await once(socket, 'open');
    socket.send(JSON.stringify({ id: 1, do: 'session.logIn', input: { user: `ws${family}`, password: 'wrong' } }));
    await once(socket, 'message');
    socket.close();
    await lab.machine.until('the line of the failure', () =>
      lab.log.includes(` from ${bob.address(family)} {"user":"ws${family}","door":"ws"}`),
    );
    expect(lab.log).not.toContain('198.51.100.1');
  });

  it('keeps figures to this machine', async () => {
    for (const family of [4, 6] as const) expect((await alice.ask('/metrics', { family, headers: bearer() })).status).toBe(403);
    for (const path of ['/metrics?x=1', '//metrics', '/x/../metrics', '/%6detrics', '/c/%2e%2e/metrics', '/./metrics#x'])
      expect((await alice.ask(path)).status, path).toBe(403);
    const here = async (...args: string[]) =>
      (await lab.machine.run('curl', ['-sk', '-o', '/dev/null', '-w', '%{http_code}', ...args])).stdout;
    // Through nginx it takes a token even here; straight at Nester it does not.
    expect(await here('--resolve', `${site}:443:127.0.0.1`, `${origin}/metrics`)).toBe('401');
    expect(await here('--resolve', `${site}:443:[::1]`, `${origin}/metrics`)).toBe('401');
    expect(await here('http://127.0.0.1:3000/metrics')).toBe('200');
  });

  it('heeds what the site adds of its own', async () => {
    lab.machine.write('/etc/nginx/aerie.d/school.metrics', `allow ${bob.address(4)};\n`);
    const own = `proxy_hide_header Strict-Transport-Security;\nset_real_ip_from ${bob.address(4)};\nreal_ip_header X-Forwarded-For;\n`;
    lab.machine.write('/etc/nginx/aerie.d/school.conf', own);
    await lab.machine.run('nginx', ['-t']);
    await lab.machine.run('systemctl', ['reload', 'nginx']);
    // Let through, and asked for a token by Nester.
    await lab.machine.until('the new rule', async () => (await bob.ask('/metrics')).status === 401);
    expect((await alice.ask('/metrics')).status).toBe(403);
    expect((await alice.ask('/')).headers['strict-transport-security']).toBeUndefined();
    // The school's own proxy, in whose place bob stands, is believed now, and still nobody else.
    for (const [who, user] of [
      [bob, 'behind-bob'],
      [alice, 'behind-alice'],
    ] as const)
      await who.post('session.logIn', { user, password: 'wrong' }, { headers: { 'x-forwarded-for': '198.51.100.9' } });
    const from = (address: string, user: string) => ` from ${address} {"user":"${user}","door":"http"}`;
    await lab.machine.until('both lines', () => lab.log.includes('behind-bob') && lab.log.includes('behind-alice'));
    expect(lab.log).toContain(from('198.51.100.9', 'behind-bob'));
    expect(lab.log).toContain(from(alice.address(4), 'behind-alice'));
    await lab.machine.run('rm', ['-r', '/etc/nginx/aerie.d']);
    await lab.machine.run('systemctl', ['reload', 'nginx']);
    await lab.machine.until('the old rule', async () => (await bob.ask('/metrics')).status === 403);
  });

  it('takes reports of 8 MiB, refuses longer ones in words, and no more of the rest than Nester takes', async () => {
    const { siteId } = await alice.call('site.create', { code: 'KC', name: 'Kansas City' }, token);
    const { code } = await alice.call('probe.code', { siteId }, token);
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'jwk' }).x as string;
    const { probeId } = await alice.call('probe.enrol', { code, publicKey: raw, name: 'bench', version: '0.1.0' });
    const now = Date.now();
    const report: Report = {
      v: 1,
      reportId: randomUUID(),
      probeId,
      version: '0.1.0',
      scanner: 'tcp',
      startedAt: now - 1_000,
      finishedAt: now,
      targets: ['127.0.0.1/32'],
      ports: '22',
      machine: { name: 'bench', addresses: ['127.0.0.1'] },
      hosts: [],
      wan: [],
      missing: [],
    };
    const send = async (bytes: number) => {
      // JSON may end in as much nothing as one likes.
      const body = Buffer.from(JSON.stringify(report).padEnd(bytes));
      const time = String(Date.now());
      const digest = createHash('sha256').update(body).digest('hex');
      const signature = sign(null, Buffer.from(`aerie-report:${time}:${digest}`), privateKey).toString('base64url');
      return await alice.ask('/api/probe/reports', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'aerie-probe': probeId, 'aerie-time': time, 'aerie-signature': signature },
        body,
      });
    };
    expect(await send(8 * 2 ** 20)).toMatchObject({ status: 201, body: expect.stringContaining('"accepted":true') });
    expect(errorOf(await send(8 * 2 ** 20 + 1))).toEqual([413, 'frame_too_large']);
    // Refused before it is read, a probe that was sent away hears so all the same: with another answer it would try for ever.
    const body = Buffer.alloc(4 * 2 ** 20);
    for (let i = 0; i < 8; i++) {
      const headers = { 'aerie-probe': randomUUID() };
      expect(errorOf(await alice.ask('/api/probe/reports', { method: 'POST', headers, body }))).toEqual([401, 'probe_refused']);
    }
    const frame = (bytes: number) =>
      alice.ask('/api/session.logIn', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}'.padEnd(bytes) });
    expect(errorOf(await frame(256 * 1024))).toEqual([400, 'bad_input']);
    const tooLarge = await frame(256 * 1024 + 1);
    const { code: wrong, message, params } = new AppError('frame_too_large', { max: 256 * 1024 });
    expect([tooLarge.status, JSON.parse(tooLarge.body)]).toEqual([413, { error: { code: wrong, message, params } }]);
  });

  it('lets a long export wait for a slow reader, and keeps nothing of it', async () => {
    const { channel } = await alice.call('channel.find', { name: 'dev' }, token);
    const count = 3_000;
    await lab.machine.run('systemctl', ['stop', 'nester']);
    await lab.node(`import { longMessages } from './test/kit/long-messages.ts';
      longMessages('/var/lib/aerie/nester.db', '${channel.channelId}', ${count});`);
    await lab.startNester();
    const sent = request({
      path: `/api/export/messages?format=json&channelId=${channel.channelId}`,
      headers: { host: site, ...bearer() },
      createConnection: () => alice.tls(),
    }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.pause();
    // Without it nginx would read all 48 MB, and what Nester did would be over.
    const history = () => bob.call('message.history', { channelId: channel.channelId, limit: 1 }, token);
    for (let i = 0; i < 150; i++) await history();
    expect(lab.log).not.toContain('An export was sent');
    expect((await lab.machine.run('find', ['/var/lib/nginx', '-type', 'f'])).stdout).toBe('');
    const numbers: number[] = [];
    for await (const line of createInterface(response)) {
      const [, number] = /"content":"(\d+) x/.exec(line.slice(0, 1_000)) ?? [];
      if (number !== undefined) numbers.push(Number(number));
    }
    expect(numbers).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    await lab.machine.until('the end of the export', () => lab.log.includes('An export was sent'));
  });

  it('holds a WebSocket longer than Nester is silent', () => {
    const location = /location = \/api\/ws \{[^}]*\}/.exec(shippedSite)![0];
    const seconds = Number(/proxy_read_timeout (\d+)s;/.exec(location)![1]);
    expect(seconds * 1_000).toBeGreaterThan(2 * pingMs);
  });

  it('logs who asked for what and how long it took, and nothing behind the question mark', async () => {
    await alice.ask('/c/dev?token=hush', { headers: { 'user-agent': 'Visitor "1"\n'.trim(), referer: 'https://x/?hush' } });
    const log = () => lab.machine.read('/var/log/nginx/aerie.access.log');
    await lab.machine.until('the line of the visit', () => log().includes('Visitor'));
    const line = log()
      .split('\n')
      .find(each => each.includes('Visitor'));
    expect(line).toMatch(
      /^192\.0\.2\.7 - \[\d{4}-\d\d-\d\dT[\d:]+\+00:00\] "GET \/c\/dev HTTP\/1\.1" 200 \d+ \d+\.\d{3}\/\d+\.\d{3} "Visitor \\x221\\x22"$/,
    );
    expect(log()).not.toContain('hush');
    expect(log()).not.toContain(token);
    expect((await lab.type('tail -n 20 /var/log/nginx/aerie.access.log')).stdout).toContain(line);
  });

  /** What becomes of so many requests that come at once, over one connection; with the last that was refused. */
  async function burst(visitor: Visitor, family: Family, count: number) {
    const session = http2.connect(origin, { createConnection: () => visitor.tls({ ALPNProtocols: ['h2'] }, { family }) });
    // How many streams nginx takes at once: whoever has not heard it yet may ask for more, which it refuses.
    await within(10_000, 'the settings of nginx', once(session, 'remoteSettings'));
    const statuses = new Map<number, number>();
    let refused: { headers: http2.IncomingHttpHeaders; body: string } | undefined;
    const answered = Array.from({ length: count }, async () => {
      const headers = { ':method': 'POST', ':path': '/api/invitation.show', 'content-type': 'application/json' };
      const stream = session.request(headers).setEncoding('utf8');
      stream.end('{"token":"none-at-all"}');
      const [said] = await once(stream, 'response');
      const status = Number(said[':status']);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      let body = '';
      stream.on('data', piece => {
        body += piece;
      });
      // Who is refused before all was sent gets the answer, and then a reset (RFC 9113, section 8.1).
      stream.on('error', () => undefined);
      await new Promise(resolve => stream.once('close', resolve));
      if (status === 429) refused = { headers: said, body };
    });
    await within(60_000, `${count} answers`, Promise.all(answered));
    session.destroy();
    return { statuses, refused };
  }

  it('says 429 to who asks too fast, with all their addresses, and to nobody else', async () => {
    const isNoLink = 410;
    const { statuses, refused } = await burst(alice, 6, 300);
    expect([...statuses.keys()].sort()).toEqual([isNoLink, 429]);
    expect(statuses.get(isNoLink)).toBeGreaterThanOrEqual(100);
    expect(JSON.parse(refused!.body).error.code).toBe('too_fast');
    expect(refused!.headers).toMatchObject({ 'retry-after': '5', 'content-type': 'application/json', 'cache-control': 'no-store' });
    // The neighbour is in the network of the one who asked too fast: there is less left than there is for who comes first.
    const { statuses: next } = await burst(alice, '6b', 101);
    expect(next.get(429)).toBeGreaterThan(0);
    // All else of the same visitor goes on, and so does everybody else's.
    expect((await alice.post('session.show', {}, { family: 6, headers: bearer() })).status).toBe(200);
    expect((await alice.post('session.logIn', { user: 'Ada', password }, { family: 4 })).status).toBe(200);
    expect((await bob.post('session.logIn', { user: 'Ada', password }, { family: 6 })).status).toBe(200);
  });

  it('lets three classes in at once that come by one address', async () => {
    expect([...(await burst(bob, 4, 95)).statuses.keys()]).toEqual([410]);
  });

  it('says in words that Nester is away, and is whole again with it', async () => {
    await lab.machine.run('systemctl', ['stop', 'nester']);
    const page = await alice.ask('/c/dev');
    expect([page.status, page.headers['content-type'], page.headers['retry-after']]).toEqual([502, 'text/html; charset=utf-8', '5']);
    expect(page.body).toMatch(/Aerie is not answering[\s\S]*Aerie ne répond pas/);
    expect(errorOf(await alice.post('session.logIn', { user: 'Ada', password }))).toEqual([502, 'busy']);
    expect(errorOf(await alice.ask('/api/probe/reports', { method: 'POST', body: '{}' }))).toEqual([502, 'busy']);
    const socket = alice.webSocket();
    expect(String((await once(socket, 'error'))[0])).toContain('502');
    await lab.restartNester();
    expect((await alice.ask('/c/dev')).status).toBe(200);
    expect((await alice.post('session.logIn', { user: 'Ada', password })).status).toBe(200);
  });

  it('lets a whole school be there at once, by one address', async () => {
    const { stdout: processors } = await lab.machine.run('nproc');
    // More than Debian's own nginx.conf has room for, on a machine of usual size.
    const count = Math.min(Math.ceil((768 / 2) * Number(processors)) + 50, 1_600);
    const sockets = [];
    for (let i = 0; i < count; i += 50) {
      const more = Array.from({ length: Math.min(50, count - i) }, () => bob.webSocket(bearer()));
      await within(60_000, 'the school to be there', Promise.all(more.map(socket => once(socket, 'open'))));
      sockets.push(...more);
    }
    expect((await alice.post('session.logIn', { user: 'Ada', password })).status).toBe(200);
    const closed = sockets.map(socket => once(socket, 'close'));
    for (const socket of sockets) socket.close();
    await within(60_000, 'the end of the lesson', Promise.all(closed));
  });

  it('has room for that since nginx.conf was changed, once', async () => {
    const { stdout } = await lab.machine.run('nginx', ['-T']);
    expect(stdout).toMatch(/^\s*worker_connections 8192;/m);
    expect(stdout).toMatch(/^worker_rlimit_nofile 16384;/m);
    // Once more, it has nothing to do.
    expect((await lab.type('/opt/aerie/current/deploy/debian/nginx/worker-limits')).stdout).toBe('');
    lab.machine.write('/tmp/larger.conf', 'worker_rlimit_nofile 65536;\nevents {\n  worker_connections 20000;\n}\n');
    await lab.machine.run(lab.shipped('worker-limits'), [], { env: { NGINX_CONF: '/tmp/larger.conf' } });
    expect(lab.machine.read('/tmp/larger.conf')).toContain('worker_connections 20000;');
    lab.machine.write('/tmp/broken.conf', 'events {\n  worker_connections 768;\n}\nnonsense;\n');
    const broken = await lab.machine.run(lab.shipped('worker-limits'), [], { env: { NGINX_CONF: '/tmp/broken.conf' }, mayFail: true });
    expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('unknown directive "nonsense')]);
    expect(lab.machine.read('/tmp/broken.conf')).toBe('events {\n  worker_connections 768;\n}\nnonsense;\n');
  });

  it('speaks Classcord in TLS by the example too, where Nester does not', async () => {
    lab.machine.write('/etc/nginx/modules-enabled/90-aerie-stream.conf', readFileSync(join(root, 'deploy/debian/nginx/aerie-stream.conf')));
    await lab.machine.run('nginx', ['-t']);
    await lab.machine.run('systemctl', ['reload', 'nginx']);
    await lab.machine.until('the port', async () => (await lab.machine.run('ss', ['-tln'])).stdout.includes(':12346'));
    const socket = alice.tls({}, { port: 12346 });
    socket.write('{"id":1,"do":"server.show","input":{}}\n');
    const [answer] = await within(10_000, 'an answer', once(socket, 'data'));
    expect(String(answer)).toMatch(/^\{"id":1,"ok":/);
    socket.destroy();
  });
});

needs('mmdebstrap', 'nspawn')('the site of nginx', () => {
  it.each(['bullseye', 'trixie'] as const)(
    'is taken by the nginx of Debian %s',
    async suite => {
      const machine = await Machine.make({ suite });
      try {
        machine.write('/etc/nginx/sites-enabled/aerie.conf', shippedSite.replaceAll('@SERVER_NAME@', site));
        machine.write('/etc/nginx/sites-available/aerie.conf', shippedSite.replaceAll('@SERVER_NAME@', site));
        for (const name of ['self-signed', 'worker-limits', 'use-certificate'])
          machine.write(`/usr/local/sbin/${name}`, readFileSync(join(root, 'deploy/debian/nginx', name)), { mode: 0o755 });
        // It need not be booted for that.
        const run = (...command: string[]) => execFileSync('chroot', [machine.path('/'), ...command], { encoding: 'utf8', stdio: 'pipe' });
        expect(run('self-signed', site, server[6])).toContain('SHA-256 fingerprint');
        // Looks with `nginx -t`, which fails this when the site is not taken.
        expect(run('worker-limits')).toContain('worker_connections');
        run('nginx', '-t');
        // Each of them has an openssl of its own.
        const pair = ['fullchain.pem', 'privkey.pem'].map(name => `/etc/aerie/tls/${name}`);
        run('cp', ...pair, '/root');
        const use = () => run('use-certificate', '/root/fullchain.pem', '/root/privkey.pem');
        expect(use()).toContain('SHA-256 fingerprint: ');
        run('self-signed', '--renew', 'other.example');
        run('cp', ...pair, '/root');
        expect(use).toThrow(`is not for ${site}`);
      } finally {
        await machine.stop();
      }
    },
    bootMs,
  );
});
