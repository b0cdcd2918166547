import { EventEmitter, once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { firstPolicy } from '@aerie/contract/reports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/kit/scratch.ts';
import { KeptLog } from '../../test/probe.ts';
import { hostOf, keepReport, reportOf } from '../../test/reports.ts';
import type { RunningStatus } from '../status.ts';
import { Dashboard, type ProbeAtWork, passwordFor } from './dashboard.ts';
import { isPassword, keepPassword, readPassword } from './password.ts';

const secret = 'four words of a site';
const loopback = { host: '127.0.0.1', port: 0 };
const base = scratchFolder('dashboard');
let tests = 0;
let folder: string;
let log: KeptLog;
let probe: FakeProbe;
let now: number;
let address: string;
let dashboard: Dashboard;

class FakeProbe extends EventEmitter implements ProbeAtWork {
  scanning = false;
  readonly status = (): RunningStatus => ({
    pid: 1,
    link: 'waiting',
    policy: firstPolicy,
    scanning: this.scanning,
    lastScanAt: null,
    spoolDepth: 2,
    unwritten: 0,
    dropped: 0,
    clockSkewMs: null,
    refusedPolicy: { version: 7, reason: 'the range "x" cannot be read' },
    clone: { name: 'other' },
    scan: this.scanning ? { phase: 'ports', done: 1, total: 4 } : null,
  });
  scanNow(): boolean {
    if (this.scanning) return false;
    this.scanning = true;
    this.emit('changed');
    return true;
  }
  watch(watcher: () => void): () => void {
    this.on('changed', watcher);
    return () => this.off('changed', watcher);
  }
}

async function begin(): Promise<void> {
  const identity = { v: 1 as const, url: 'https://nester.example', probeId: 'probe-1', siteCode: 'NE', siteName: 'New England' };
  dashboard = new Dashboard({
    folder,
    listen: loopback,
    password: readPassword(folder),
    probe,
    identity: () => identity,
    nesterUrl: identity.url,
    version: { version: '0.1.0', date: '2026-11-22', commit: 'abc1234' },
    log,
    now: () => now,
    pages: join(folder, 'pages'),
  });
  address = await dashboard.start();
}

beforeEach(() => {
  tests += 1;
  folder = join(base, String(tests));
  mkdirSync(folder);
  log = new KeptLog();
  probe = new FakeProbe();
  now = Date.UTC(2026, 10, 22, 12);
});
afterEach(() => dashboard?.stop());

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test reads the fields that it knows to be there
  json: any;
}

/** Asks as a browser does, but for the headers that a test gives; what no browser would send can be sent too. */
async function ask(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  const request = http.request({
    host: '127.0.0.1',
    port: Number(address.split(':').at(-1)),
    method,
    path,
    headers: { host: address, ...headers },
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  const json = /json/.test(response.headers['content-type'] ?? '') ? JSON.parse(text) : undefined;
  return { status: response.statusCode!, headers: response.headers, body: text, json };
}

const get = (path: string, headers?: Record<string, string>) => ask('GET', path, headers);
const tokenOf = async () => (await get('/api/session')).json.token as string;
const post = async (path: string, { headers = {}, body = '{}' }: { headers?: Record<string, string>; body?: string } = {}) =>
  await ask(
    'POST',
    path,
    { origin: `http://${address}`, 'aerie-token': await tokenOf(), 'content-type': 'application/json', ...headers },
    body,
  );

describe('the dashboard', () => {
  test('says what the probe knows, from its folder', async () => {
    const missing = [{ fact: 'os' as const, reason: 'nmap is not installed' }];
    const name = keepReport(folder, reportOf({ finishedAt: now - 1_000, hosts: [hostOf('10.0.0.1')], missing }), { waiting: true });
    await begin();
    const { status, json } = await get('/api/status');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      site: { code: 'NE', name: 'New England' },
      version: { version: '0.1.0', date: '2026-11-22', commit: 'abc1234' },
      nester: { url: 'https://nester.example', link: 'waiting' },
      spoolDepth: 2,
      policy: { version: 1 },
      refusedPolicy: { version: 7 },
      clone: { name: 'other' },
      lastScan: { name, hostsUp: 1, waiting: true },
      devices: { up: 1, known: 1 },
      missing,
    });
    expect((await get('/api/reports')).json.reports).toMatchObject([{ name }]);
    const saved = await get(`/api/reports/${name}/file`);
    expect(saved.headers['content-disposition']).toBe(`attachment; filename="${name}"`);
    expect(saved.json).toMatchObject({ v: 1, hosts: [{ address: '10.0.0.1' }] });
    expect((await get(`/api/reports/${name}`)).json).toMatchObject({ digest: { name }, report: { hosts: [{ address: '10.0.0.1' }] } });
    expect((await get('/api/devices')).json.devices).toMatchObject([{ address: '10.0.0.1', firstSeenAt: now - 1_000 }]);
    expect((await get('/api/changes')).json).toEqual({ comparisons: [] });
    expect((await get('/api/wan')).json).toMatchObject({ series: [] });
  });

  test.each([
    '/api/reports/..%2fidentity.json',
    '/api/reports/../identity.json',
    '/api/reports/identity.json',
    '/api/reports/identity.json/file',
    '/api/reports/scan_22-11-2026_13H00_S00.json/file',
    '/api/reports/scan_22-11-2026_13H00_S00.json',
    '/api/nothing',
    '/assets/../../../package.json',
    '/assets/%2e%2e/probe.html',
    '/assets/probe.js',
  ])('has nothing at %s', async path => {
    writeFileSync(join(folder, 'identity.json'), '{"secret":1}');
    await begin();
    const { status, body } = await get(path);
    expect(status).toBe(404);
    expect(body).not.toContain('secret');
  });

  test('serves its built pages and nothing else of the folder', async () => {
    mkdirSync(join(folder, 'pages', 'assets'), { recursive: true });
    writeFileSync(join(folder, 'pages', 'probe.html'), '<!doctype html>the page');
    writeFileSync(join(folder, 'pages', 'assets', 'probe-1a.js'), 'plain');
    writeFileSync(join(folder, 'pages', 'assets', 'probe-1a.js.gz'), 'packed');
    await begin();
    for (const path of ['/', '/scans/scan_22-11-2026_13H00_S00.json', '/devices?x=1'])
      expect((await get(path)).body, path).toContain('the page');
    expect(await get('/assets/probe-1a.js')).toMatchObject({ status: 200, body: 'plain' });
    const packed = await get('/assets/probe-1a.js', { 'accept-encoding': 'gzip' });
    expect(packed).toMatchObject({ body: 'packed', headers: { 'content-encoding': 'gzip' } });
    expect(packed.headers['cache-control']).toContain('immutable');
  });

  test('lets nothing inline run, nobody frame it, and no other site read it', async () => {
    await begin();
    for (const path of ['/', '/api/status', '/api/nothing']) {
      const { headers } = await get(path, { origin: 'http://evil.example' });
      expect(headers['content-security-policy'], path).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'cache-control': 'no-store' });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  test('answers only to its own names', async () => {
    await begin();
    for (const path of ['/', '/api/status', '/api/session']) expect((await get(path, { host: 'evil.example' })).status, path).toBe(403);
    expect((await get('/api/status', { host: 'localhost:9' })).status).toBe(200);
  });

  test('tells what happens while somebody looks: the scan, how far it is, the new report', async () => {
    await begin();
    const control = new AbortController();
    const response = await fetch(`http://${address}/api/events`, { signal: control.signal });
    const told = news(response.body!);
    expect(await told(({ scanning }) => !scanning)).toMatchObject({ link: 'waiting', scan: null, latest: null });
    expect((await post('/api/scan')).json).toEqual({ begun: true });
    expect(await told(({ scanning }) => scanning === true)).toMatchObject({ scan: { phase: 'ports', done: 1, total: 4 } });
    expect((await post('/api/scan')).json).toEqual({ begun: false });
    const name = keepReport(folder, reportOf({ finishedAt: now }));
    probe.scanning = false;
    probe.emit('changed');
    expect(await told(({ latest }) => latest !== null)).toMatchObject({ latest: name, scanning: false });
    control.abort();
  });
});

/** The next news that fits. */
function news(body: ReadableStream<Uint8Array>): (fits: (one: Record<string, unknown>) => boolean) => Promise<Record<string, unknown>> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>).getReader();
  let text = '';
  return async fits => {
    for (;;) {
      const cut = text.indexOf('\n\n');
      if (cut === -1) {
        const { value, done } = await reader.read();
        if (done) throw new Error('the stream ended');
        text += value;
        continue;
      }
      const data = /^data: (.*)$/m.exec(text.slice(0, cut))?.[1];
      text = text.slice(cut + 2);
      const one = data === undefined ? undefined : (JSON.parse(data) as Record<string, unknown>);
      if (one && fits(one)) return one;
    }
  };
}

describe('acts', () => {
  test.each([
    ['of another site', { origin: 'http://evil.example' }],
    ['of a page that has no token', { 'aerie-token': '' }],
    ['with a guessed token', { 'aerie-token': 'x'.repeat(32) }],
    ['that the browser says come from elsewhere', { 'sec-fetch-site': 'cross-site' }],
    ['of another port of this machine', { origin: 'http://127.0.0.1:1' }],
  ])('%s are refused', async (_, headers) => {
    await begin();
    expect((await post('/api/scan', { headers })).status).toBe(403);
    expect(probe.scanning).toBe(false);
  });

  test('with a body that is long or no object are refused', async () => {
    await begin();
    expect((await post('/api/scan', { body: `{"x":"${'x'.repeat(5_000)}"}` })).status).toBe(413);
    expect((await post('/api/scan', { body: '[1]' })).status).toBe(400);
    expect((await post('/api/nothing')).status).toBe(404);
    expect((await ask('DELETE', '/api/reports')).status).toBe(404);
    expect(probe.scanning).toBe(false);
  });
});

describe('the password', () => {
  test('is needed where others can come, and nobody is kept out of loopback without one', async () => {
    expect(() => passwordFor(folder, { host: '0.0.0.0', port: 5_000 })).toThrow(
      /open to everybody on 0\.0\.0\.0:5000\. Set a password first: npx harvester password/,
    );
    expect(passwordFor(folder, loopback)).toBeUndefined();
    await keepPassword(folder, secret);
    const kept = passwordFor(folder, { host: '0.0.0.0', port: 5_000 })!;
    expect(await isPassword(secret, kept)).toBe(true);
    expect(await isPassword(`${secret}!`, kept)).toBe(false);
  });

  test('is not kept when it is short; a damaged file lets nobody in', async () => {
    await expect(keepPassword(folder, 'short')).rejects.toThrow(/too short: 12/);
    writeFileSync(join(folder, 'dashboard.password'), 'nonsense\n');
    expect(() => passwordFor(folder, loopback)).toThrow(/damaged/);
  });

  test('is asked before anything is shown; then the session holds until one logs out', async () => {
    await keepPassword(folder, secret);
    await begin();
    for (const path of ['/api/status', '/api/reports', '/api/devices', '/api/changes', '/api/wan', '/api/events', '/api/reports/x.json'])
      expect((await get(path)).status, path).toBe(401);
    expect((await post('/api/scan')).status).toBe(401);
    expect((await get('/api/session')).json).toMatchObject({ needsPassword: true, asksPassword: true });

    const { status, headers } = await post('/api/log-in', { body: JSON.stringify({ password: secret }) });
    expect(status).toBe(200);
    const [set] = headers['set-cookie']!;
    expect(set).toMatch(/; HttpOnly; SameSite=Strict$/);
    const cookie = set!.split(';')[0]!;
    expect((await get('/api/status', { cookie })).status).toBe(200);
    expect((await get('/api/session', { cookie })).json.needsPassword).toBe(false);
    await post('/api/log-out', { headers: { cookie } });
    expect((await get('/api/status', { cookie })).status).toBe(401);
  });

  test('ends a session after half a day', async () => {
    await keepPassword(folder, secret);
    await begin();
    const { headers } = await post('/api/log-in', { body: JSON.stringify({ password: secret }) });
    const cookie = headers['set-cookie']![0]!.split(';')[0]!;
    now += 13 * 3_600_000;
    expect((await get('/api/status', { cookie })).status).toBe(401);
  });

  test('makes whoever guesses wait, longer each time, and says so in the log', async () => {
    await keepPassword(folder, secret);
    await begin();
    const attempt = (password: string) => post('/api/log-in', { body: JSON.stringify({ password }) });
    for (let i = 0; i < 5; i += 1) expect((await attempt(`wrong ${i}`)).json.error.code).toBe('login_failed');
    const waiting = await attempt(secret);
    expect(waiting).toMatchObject({ status: 429, json: { error: { code: 'too_many_attempts', params: { seconds: 5 } } } });
    now += 5_000;
    expect((await attempt('wrong again')).status).toBe(401);
    expect((await attempt(secret)).json.error.params).toEqual({ seconds: 10 });
    now += 10_000;
    expect((await attempt(secret)).status).toBe(200);
    const lines = log.lines.filter(({ sentence }) => sentence.startsWith('Failed'));
    expect(lines).toHaveLength(6);
    expect(lines[0]).toEqual({
      level: 'warning',
      area: 'LOGIN',
      sentence: 'Failed login attempt from 127.0.0.1',
      fields: { door: 'dashboard' },
    });
  });
});
