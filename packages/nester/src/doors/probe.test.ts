import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { type App, createApp } from '../app.ts';
import { connectToNester } from '../cli/socket.ts';
import { readConfig } from '../config.ts';

const quiet = { info() {}, warning() {}, error() {} };

type Frame = Record<string, unknown> & { id?: number; event?: string; ok?: Record<string, unknown>; error?: { code: string } };

/** A live connection as a probe has one, and all that came over it. */
async function open(http: string) {
  const socket = new WebSocket(`ws://${http}/api/ws`);
  const frames: Frame[] = [];
  const closed = once(socket, 'close').then(([code]) => code as number);
  socket.on('message', data => {
    for (const line of String(data).split('\n').filter(Boolean)) frames.push(JSON.parse(line));
  });
  await once(socket, 'open');
  let lastId = 0;
  async function call(name: string, input: object): Promise<Frame> {
    const id = ++lastId;
    socket.send(JSON.stringify({ id, do: name, input }));
    return await vi.waitFor(() => {
      const answer = frames.find(frame => frame.id === id);
      if (!answer) throw new Error(`no answer to ${name} yet`);
      return answer;
    });
  }
  return { call, closed, events: () => frames.filter(({ event }) => event !== undefined), close: () => socket.close() };
}

describe('a probe at the doors', () => {
  let folder: string;
  let app: App;
  let http: string;
  let key: KeyObject;
  let probeId: string;
  let siteId: string;
  let desk: NonNullable<Awaited<ReturnType<typeof connectToNester>>>;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-probe-'));
    app = createApp(readConfig({ data: folder, http: '127.0.0.1:0', tcp: '127.0.0.1:0' }, {}), quiet);
    ({ http } = await app.start());
    desk = (await connectToNester(join(folder, 'nester.sock')))!;
    ({ siteId } = await desk.call('site.create', { code: 'KC', name: 'Kansas City' }));
    const { code } = await desk.call('probe.code', { siteId });
    const pair = generateKeyPairSync('ed25519');
    key = pair.privateKey;
    const enrolment = { code, publicKey: pair.publicKey.export({ format: 'jwk' }).x, name: 'box', version: '0.1.0' };
    const answer = await post('probe.enrol', JSON.stringify(enrolment), { 'content-type': 'application/json' });
    ({ probeId } = (await answer.json()) as { probeId: string });
  });
  afterEach(async () => {
    await desk.close();
    await app.stop();
    rmSync(folder, { recursive: true });
  });

  const post = (path: string, body: string, headers: Record<string, string>) =>
    fetch(`http://${http}/api/${path}`, { method: 'POST', body, headers });

  async function connect() {
    const live = await open(http);
    const { ok } = await live.call('probe.challenge', {});
    const signature = sign(null, Buffer.from(`aerie-probe-connect:${ok!.challenge}`), key).toString('base64url');
    const answer = await live.call('probe.connect', { probeId, signature, name: 'box', version: '0.1.0', networks: [] });
    return { ...live, answer };
  }

  it('hears what is meant for it, and nothing of the log', async () => {
    const live = await connect();
    expect(live.answer.ok).toMatchObject({ policy: { version: 1 } });
    expect(await live.call('probe.heartbeat', { at: Date.now(), policyVersion: 1, spoolDepth: 0, scanning: false })).toMatchObject({
      ok: {},
    });
    await desk.call('site.setPolicy', { siteId, policy: { wanTargets: ['127.0.0.1'] } });
    await desk.call('probe.scan', { probeId });
    await vi.waitFor(() => expect(live.events()).toHaveLength(2));
    expect(live.events()).toMatchObject([
      { event: 'policy.changed', policy: { version: 2, wanTargets: ['127.0.0.1'] } },
      { event: 'probe.asked', do: 'scan' },
    ]);
    expect(await live.call('site.list', {})).toMatchObject({ error: { code: 'forbidden' } });
    live.close();
    await live.closed;
    await vi.waitFor(async () => expect((await desk.call('site.show', { siteId })).probes).toMatchObject([{ connected: false }]));
    await expect(desk.call('probe.scan', { probeId })).rejects.toMatchObject({ code: 'probe_away' });
  });

  it('is closed when it comes again, as one that may return, and when it is revoked, as one that may not', async () => {
    const older = await connect();
    const newer = await connect();
    expect(await older.closed).toBe(4003);
    expect(older.events()).toEqual([]);
    expect((await desk.call('site.show', { siteId })).probes).toMatchObject([{ connected: true }]);
    await desk.call('probe.revoke', { probeId });
    expect(await newer.closed).toBe(4001);
    expect(newer.events()).toEqual([{ event: 'session.ended', reason: 'ended' }]);
    expect((await connect()).answer).toMatchObject({ error: { code: 'probe_refused' } });
  });

  it('delivers a report, once, and only under its own name', async () => {
    const now = Date.now();
    const report = {
      v: 1,
      reportId: randomUUID(),
      probeId,
      version: '0.1.0',
      scanner: 'tcp',
      startedAt: now - 1,
      finishedAt: now,
      targets: ['127.0.0.1/32'],
      ports: '22',
      machine: { name: 'box', addresses: ['127.0.0.1'] },
      hosts: [],
      wan: [],
      missing: [],
    };
    const body = JSON.stringify(report);
    const text = `aerie-report:${now}:${createHash('sha256').update(body).digest('hex')}`;
    const signature = sign(null, Buffer.from(text), key).toString('base64url');
    const send = async (more: Record<string, string> = {}) => {
      const headers = {
        'content-type': 'application/json',
        'aerie-probe': probeId,
        'aerie-time': String(now),
        'aerie-signature': signature,
      };
      const answer = await post('probe/reports', body, { ...headers, ...more });
      return [answer.status, await answer.json()];
    };
    expect(await send()).toEqual([201, { reportId: report.reportId, accepted: true }]);
    expect(await send()).toEqual([200, { reportId: report.reportId, accepted: false }]);
    const refused = [401, { error: expect.objectContaining({ code: 'probe_refused' }) }];
    expect(await send({ 'aerie-time': String(now + 1) })).toEqual(refused);
    expect(await send({ 'aerie-probe': 'somebody' })).toEqual(refused);
  });
});
