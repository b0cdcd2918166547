import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { CommandInput } from '@aerie/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Harvester } from '../kit/harvester.ts';
import { type Line, LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person } from '../kit/people.ts';
import { newSite } from '../kit/probe.ts';

const endedMs = 30_000;

let nester: Nester;
let ada: Person;
let tess: Person;
let siteId: string;
let probeId: string;
let eyes: LineClient;
const harvester = new Harvester();
const greeter = createServer(socket => socket.on('error', () => {}).end('220 hello\r\n'));
const silent = createServer(socket => socket.on('error', () => {}));
const web = createHttpServer((_request, response) => {
  response.writeHead(302, { location: 'http://10.9.9.9/', 'content-type': 'text/html' }).end('<title>x</title>');
});
/** Never answers. */
const mute = createHttpServer(() => {});
const connections: Socket[] = [];
mute.on('connection', socket => connections.push(socket));
const port: Record<'greeter' | 'silent' | 'web' | 'mute', number> = { greeter: 0, silent: 0, web: 0, mute: 0 };

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  for (const [name, server] of Object.entries({ greeter, silent, web, mute })) port[name as keyof typeof port] = await listen(server);
  nester = await Nester.start();
  ada = await firstAdministrator(nester);
  tess = await newPerson(nester, ada, 'Tess', 'technician');
  siteId = await newSite(ada, 'NE', { ports: String(port.greeter), scanEveryMs: 3_600_000, sweepEveryMs: 3_600_000 });
  await harvester.paste((await ada.http.call('probe.code', { siteId })).line);
  eyes = await LineClient.connect(nester.tcp);
  await eyes.ask('session.resume', { token: tess.token });
  await eyes.ask('log.resume', {});
  await harvester.start();
  await eyes.next('the first report', frame => frame.event === 'report.accepted', 60_000);
  probeId = (await ada.http.call('site.show', { siteId })).probes[0]!.probeId;
});
afterAll(async () => {
  await eyes?.close();
  await harvester.remove();
  await nester?.remove();
  for (const server of [greeter, silent, web, mute]) server.close();
  for (const server of [web, mute]) server.closeAllConnections();
});

type Request = CommandInput<'diagnostic.start'>['request'];
const start = (request: Request, channelId?: string) =>
  tess.http.call('diagnostic.start', { probeId, request, ...(channelId ? { channelId } : {}) });
const isOver = (diagnosticId: string) => (frame: Line) =>
  frame.event === 'diagnostic.progressed' && frame.diagnosticId === diagnosticId && !['asked', 'running'].includes(frame.state);
const over = (diagnosticId: string) => eyes.next('the end', isOver(diagnosticId), endedMs);
const kept = async (diagnosticId: string) =>
  (await tess.http.call('diagnostic.list', { siteId })).diagnostics.find(one => one.diagnosticId === diagnosticId)!;

async function result(request: Request) {
  const { diagnosticId } = await start(request);
  await over(diagnosticId);
  return await kept(diagnosticId);
}

describe('a technician asks a real probe', () => {
  it.each<[string, () => Request, string, string]>([
    ['to ping', () => ({ do: 'ping', host: '127.0.0.1', count: 2 }), 'done', 'answers'],
    ['for the way', () => ({ do: 'traceroute', host: '127.0.0.1' }), 'done', 'reached'],
    ['for a name', () => ({ do: 'dns', name: 'localhost' }), 'done', 'records'],
    ['for a name that has no such record', () => ({ do: 'dns', name: 'localhost', type: 'MX' }), 'failed', 'no_record'],
    ['for an open port', () => ({ do: 'tcp', host: 'localhost', port: port.greeter }), 'done', 'port_open'],
    ['for a closed port', () => ({ do: 'tcp', host: '127.0.0.1', port: 1 }), 'failed', 'port_closed'],
    ['for a page', () => ({ do: 'http', url: `http://localhost:${port.web}/x` }), 'done', 'fetched'],
    ['for a scan', () => ({ do: 'scan', targets: ['127.0.0.1/32'] }), 'done', 'scanned'],
  ])('%s', async (_, request, state, say) => {
    const found = await result(request());
    expect(found).toMatchObject({ state, by: 'Tess', summary: { say }, endedAt: expect.any(Number) });
    if (say === 'records') expect(found.lines).toContain('localhost A 127.0.0.1'.replaceAll(' ', '  '));
    if (say === 'port_open') expect(found.lines).toContain('it says: 220 hello');
    if (say === 'fetched') expect(found.lines).toEqual(expect.arrayContaining(['HTTP/1.1 302 Found', 'location: http://10.9.9.9/']));
    if (say === 'scanned') expect(found.summary!.with).toEqual({ hosts: 1, ports: 1 });
  });

  it('and sees the lines as they come', async () => {
    const { diagnosticId } = await start({ do: 'ping', host: '127.0.0.1', count: 3 });
    const first = await eyes.next('the first lines', frame => frame.diagnosticId === diagnosticId && frame.state === 'running', endedMs);
    expect(first.lines.length).toBeGreaterThan(0);
    await over(diagnosticId);
    expect((await kept(diagnosticId)).lines.length).toBeGreaterThanOrEqual(3);
  });

  it('to stop: it is cancelled at once', async () => {
    const { diagnosticId } = await start({ do: 'http', url: `http://127.0.0.1:${port.mute}/` });
    await eyes.next('that it began', frame => frame.diagnosticId === diagnosticId && frame.state === 'running', endedMs);
    const gone = new Promise<void>(resolve => connections.at(-1)!.once('close', () => resolve()));
    await tess.http.call('diagnostic.cancel', { diagnosticId });
    // The probe really let go of it.
    await gone;
    expect(await over(diagnosticId)).toMatchObject({ state: 'cancelled', summary: { say: 'cancelled' } });
    await expect(tess.http.call('diagnostic.cancel', { diagnosticId })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('not for more than four things at once', async () => {
    const ids = await Promise.all(
      Array.from({ length: 4 }, async () => (await start({ do: 'http', url: `http://127.0.0.1:${port.mute}/` })).diagnosticId),
    );
    await expect(start({ do: 'dns', name: 'localhost' })).rejects.toMatchObject({ code: 'diagnostics_full' });
    for (const diagnosticId of ids) await tess.http.call('diagnostic.cancel', { diagnosticId });
    expect((await result({ do: 'dns', name: 'localhost' })).state).toBe('done');
  });

  it('for nothing that the policy does not allow: neither by address, nor by name, nor by kind', async () => {
    await expect(start({ do: 'ping', host: '10.9.9.9' })).rejects.toMatchObject({ code: 'not_allowed_by_policy' });
    await expect(start({ do: 'scan', targets: ['127.0.0.0/24'] })).rejects.toMatchObject({ code: 'not_allowed_by_policy' });
    await ada.http.call('site.setPolicy', { siteId, policy: { ranges: ['127.0.0.2/32'] } });
    // What a name means is known at the probe alone.
    expect(await result({ do: 'tcp', host: 'localhost', port: port.greeter })).toMatchObject({
      state: 'failed',
      summary: { say: 'not_allowed' },
    });
    await ada.http.call('site.setPolicy', { siteId, policy: { ranges: ['127.0.0.1/32'], diagnostics: ['dns'] } });
    await expect(start({ do: 'ping', host: '127.0.0.1' })).rejects.toMatchObject({ code: 'not_allowed_by_policy' });
    await ada.http.call('site.setPolicy', { siteId, policy: { diagnostics: ['scan', 'ping', 'traceroute', 'dns', 'tcp', 'http'] } });
  });

  it('with an answer in a channel, by the bot', async () => {
    const channelId = await channelNamed(tess, 'supervision');
    const { diagnosticId } = await start({ do: 'tcp', host: '127.0.0.1', port: port.greeter }, channelId);
    const said = await eyes.next('the message', frame => frame.event === 'message.created', endedMs);
    expect(said.message).toMatchObject({ authorName: 'watch', channelId, nonce: `diagnostic:${diagnosticId}` });
    expect(said.message.content).toMatch(new RegExp(`^\`\`\`\ntcp 127\\.0\\.0\\.1 ${port.greeter} · NE \\(.+\\) · Tess\n`));
    expect(said.message.content).toContain('it says: 220 hello');
  });

  it('and all of it stands in the records of both sides', async () => {
    const { records } = await ada.http.call('audit.list', { limit: 200 });
    const acts = records.filter(({ action }) => action.startsWith('diagnostic.'));
    expect(acts.map(({ action }) => action)).toEqual(expect.arrayContaining(['diagnostic.start', 'diagnostic.cancel']));
    expect(acts.every(({ actor }) => actor === 'Tess')).toBe(true);
    const own = readFileSync(join(harvester.folder, 'audit.log'), 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(own.filter(({ state }) => state === 'begun').length).toBeGreaterThanOrEqual(15);
    expect(own.some(({ state, by, asked }) => state === 'cancelled' && by === 'Tess' && asked.do === 'http')).toBe(true);
    expect(own.some(({ state, summary }) => state === 'failed' && summary.say === 'not_allowed')).toBe(true);
  });

  it('that is killed in the middle: it is lost, and asked again when it is back', async () => {
    const { diagnosticId } = await start({ do: 'http', url: `http://127.0.0.1:${port.mute}/` });
    await eyes.next('that it began', frame => frame.diagnosticId === diagnosticId && frame.state === 'running', endedMs);
    await harvester.kill();
    expect(await over(diagnosticId)).toMatchObject({ state: 'lost', summary: { say: 'lost' } });
    await expect(start({ do: 'dns', name: 'localhost' })).rejects.toMatchObject({ code: 'probe_away' });
    await harvester.start();
    await eyes.next('the probe', frame => frame.event === 'site.contacted' && frame.connected, endedMs);
    expect((await result({ do: 'dns', name: 'localhost' })).state).toBe('done');
  });

  it('and a Nester that is killed calls lost what ran', async () => {
    const { diagnosticId } = await start({ do: 'http', url: `http://127.0.0.1:${port.mute}/` });
    await nester.kill();
    await nester.start();
    expect(await kept(diagnosticId)).toMatchObject({ state: 'lost', endedAt: expect.any(Number) });
  });

  it('as technicians and administrators alone', async () => {
    const max = await newPerson(nester, ada, 'Max');
    await expect(max.http.call('diagnostic.start', { probeId, request: { do: 'dns', name: 'localhost' } })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(max.http.call('diagnostic.list', { siteId })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
