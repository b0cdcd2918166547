import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type HttpCaller, httpCaller } from '@aerie/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onLeash } from '../../scripts/runtime.js';
import { removeFolder, root, scratchFolder } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';

const readyMs = 60_000;
const day = 86_400_000;
const few = ['--port', '0', '--sites', '4', '--days', '4'];

/** `npm run demo`, once the web UI is built. */
class Demo {
  #child: ChildProcess | undefined;
  url = '';
  printed = '';

  async start(data: string, ...args: string[]): Promise<void> {
    const child = onLeash([join(root, 'demo/main.ts'), '--data', data, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child = child;
    this.printed = '';
    const ready = Promise.withResolvers<string>();
    child.stderr!.on('data', chunk => {
      this.printed += chunk;
    });
    createInterface({ input: child.stdout! }).on('line', line => {
      this.printed += `${line}\n`;
      const http = /^ready http=(\S+)/.exec(line)?.[1];
      if (http) ready.resolve(http);
    });
    child.once('exit', code => ready.reject(new Error(`the demonstration ended (${code}):\n${this.printed}`)));
    this.url = `http://${await within(readyMs, 'the ready line of the demonstration', ready.promise)}`;
  }

  /** Ctrl-C. */
  async stop(): Promise<number | null> {
    const child = this.#child!;
    if (child.exitCode !== null) return child.exitCode;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await within(15_000, 'the end of the demonstration', ended);
    return child.exitCode;
  }

  /** Logs in with what it printed. */
  async as(name: string): Promise<HttpCaller> {
    const password = new RegExp(`^ {2}${name} +(\\S+)`, 'm').exec(this.printed)![1]!;
    const { token } = await httpCaller(this.url).call('session.logIn', { user: name, password });
    return httpCaller(this.url, { token: token! });
  }
}

describe('npm run demo', () => {
  const folder = scratchFolder('demo');
  const data = join(folder, 'data');
  const demo = new Demo();
  let sam: HttpCaller;

  beforeAll(async () => {
    await demo.start(data, ...few);
    sam = await demo.as('sam');
  });
  afterAll(async () => {
    await demo.stop();
    removeFolder(folder);
  });

  const siteNamed = async (code: string) => (await sam.call('site.list', {})).sites.find(site => site.code === code)!;

  it('shows sites that are up, with devices, and curves in every step', async () => {
    const { sites } = await sam.call('site.list', {});
    expect(sites.map(({ code }) => code).sort()).toEqual(['GB', 'KC', 'LV', 'NE']);
    for (const site of sites) {
      expect(site).toMatchObject({ state: 'up', why: 'reporting' });
      expect(site.devicesKnown).toBeGreaterThan(12);
      expect(site.latitude).not.toBeNull();
      expect(site.zone).toMatch(/^America\//);
      const now = Date.now();
      for (const [ms, stepMs] of [
        [3_600_000, 0],
        [day, 300_000],
        [4 * day, 3_600_000],
      ] as const) {
        const series = await sam.call('series.wan', { siteId: site.siteId, from: now - ms, to: now, points: 300 });
        expect(series.stepMs).toBe(stepMs);
        expect(series.targets.map(({ role }) => role).sort()).toEqual(['gateway', 'internet', 'provider']);
        for (const { points } of series.targets) expect(points.length).toBeGreaterThan((ms / Math.max(stepMs, 60_000)) * 0.7);
      }
    }
    const curves = await sam.call('site.curves', {});
    for (const { siteId } of sites) expect(curves.sites[siteId]!.medianMs.filter(ms => ms === null).length).toBeLessThan(3);
  });

  it('tells its stories', async () => {
    const of = async (code: string) => (await sam.call('incident.list', { siteId: (await siteNamed(code)).siteId })).incidents;
    const loss = (await of('GB')).filter(({ rule }) => rule === 'wan.loss');
    expect(loss.length).toBeGreaterThan(10);
    expect(loss.every(({ state }) => state === 'resolved')).toBe(true);
    expect(loss[0]).toMatchObject({ quiet: 'paused' });
    expect(await of('KC')).toContainEqual(expect.objectContaining({ rule: 'port.opened', state: 'acknowledged', acknowledgedBy: 'maria' }));
    expect(await of('KC')).toContainEqual(expect.objectContaining({ rule: 'probe.silent', state: 'resolved', quiet: 'maintenance' }));
    expect(await of('NE')).toContainEqual(expect.objectContaining({ rule: 'certificate.expiring', state: 'open' }));
    const lasVegas = (await of('LV')).map(({ rule, resolvedBy }) => [rule, resolvedBy]);
    expect(lasVegas).toEqual([
      ['device.new', 'julien'],
      ['device.address', 'sam'],
    ]);
    const { channel } = await sam.call('channel.find', { name: 'supervision' });
    const { messages } = await sam.call('message.history', { channelId: channel.channelId, limit: 100 });
    const said = messages.map(({ content }) => content).join('\n');
    expect(said).toContain('modem remplacé');
    expect(said).toContain('Anybody?');
  });

  it('goes on by the protocol: probes are connected, and a file waits in the inbox', async () => {
    const { siteId } = await siteNamed('KC');
    const { probes } = await sam.call('site.show', { siteId });
    expect(probes).toEqual([expect.objectContaining({ connected: true, version: '0.1.0' })]);
    const states = async () => (await sam.call('intake.list', {})).files.map(({ state }) => state).sort();
    await expect.poll(states, { timeout: 10_000 }).toEqual(['quarantined', 'unassigned']);
  });

  it('keeps what is there at a second start, and forgets it with --reset', async () => {
    expect(await demo.stop()).toBe(0);
    const file = join(data, 'demo.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file, 'utf8');
    await demo.start(data, '--port', '0');
    expect(readFileSync(file, 'utf8')).toBe(before);
    sam = await demo.as('sam');
    expect((await sam.call('site.list', {})).sites).toHaveLength(4);
    await demo.stop();
    await demo.start(data, ...few, '--sites', '1', '--reset');
    sam = await demo.as('sam');
    expect((await sam.call('site.list', {})).sites).toHaveLength(1);
    await demo.stop();
  });

  it('touches no folder that is not its own', async () => {
    const other = scratchFolder('not-a-demo');
    const kept = join(other, 'nester.db');
    writeFileSync(kept, 'somebody’s');
    await expect(demo.start(other, ...few, '--reset')).rejects.toThrow('holds something else');
    expect(existsSync(kept)).toBe(true);
    removeFolder(other);
  });
});
