import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '@aerie/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enrol } from '../../packages/harvester/src/enrol.ts';
import { readIdentity } from '../../packages/harvester/src/identity.ts';
import { Harvester as Probe } from '../../packages/harvester/src/run.ts';
import { Spool } from '../../packages/harvester/src/spool.ts';
import { KeptLog, QuietSources } from '../../packages/harvester/test/probe.ts';
import { Harvester } from '../kit/harvester.ts';
import { wholeHistory } from '../kit/history.ts';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, type Person } from '../kit/people.ts';
import { newSite } from '../kit/probe.ts';
import { removeFolder, scratchFolder } from '../kit/scratch.ts';
import { until } from '../kit/wait.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

let nester: Nester;
let ada: Person;
let base: string;
const probes: Probe[] = [];

beforeEach(async () => {
  // Fewer than the reports that come: a probe's do not count among those of people.
  nester = await Nester.start({ env: { AERIE_LIMITS: 'httpPerMinute=1500' } });
  ada = await firstAdministrator(nester);
  base = scratchFolder('away');
});
afterEach(async () => {
  await Promise.all(probes.splice(0).map(probe => probe.stop()));
  await nester.remove();
  removeFolder(base);
});

/** Enrols the probe of a new site in a folder of its own. */
async function newProbe(code: string, policy = {}): Promise<{ siteId: string; folder: string; probeId: string }> {
  const siteId = await newSite(ada, code, policy);
  const folder = join(base, code);
  const enrolment = await ada.http.call('probe.code', { siteId });
  const { probeId } = await enrol(folder, nester.httpUrl, enrolment.code, { force: false, version: '1' });
  return { siteId, folder, probeId };
}

async function begin(folder: string, how: { aheadMs?: number; machine?: string } = {}): Promise<{ probe: Probe; log: KeptLog }> {
  const log = new KeptLog();
  const sources = Object.assign(new QuietSources(), { now: () => Date.now() + (how.aheadMs ?? 0) });
  const machine = how.machine ?? 'here';
  const probe = new Probe({ folder, version: '1', log, sources, machineDigest: () => machine, clonedMs: 200 });
  probes.push(probe);
  await probe.start();
  return { probe, log };
}

/** A report of a time gone by, as the probe would have kept it. */
function past(probeId: string, finishedAt: number): Report {
  // This machine was there all the time, and at its ports nobody looked: nothing of it is news.
  const here = { address: '127.0.0.1', hostname: null, mac: null, vendor: null, status: 'up' as const, rttMs: null, os: null, ports: [] };
  return {
    ...{ v: 1, reportId: randomUUID(), probeId, version: '1', scanner: 'tcp', startedAt: finishedAt - 1_000, finishedAt },
    ...{ targets: ['127.0.0.1/32'], ports: '9', machine: { name: 'm', addresses: [] }, hosts: [here], wan: [], missing: [] },
  };
}

async function reportsOf(siteId: string): Promise<{ reportId: string; probeId: string | null; finishedAt: number; late: boolean }[]> {
  const all = [];
  for (let before: number | undefined; ; ) {
    const { reports } = await ada.http.call('report.list', { siteId, before, limit: 200 });
    all.push(...reports);
    before = reports.at(-1)?.finishedAt;
    if (reports.length < 200) return all;
  }
}

/** Hears the log of sites, and answers when it holds. */
async function heard(what: string, holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const line = await LineClient.connect(nester.tcp);
  await line.ask('session.resume', { token: ada.token });
  await line.ask('log.resume', {});
  let isSo = await holds();
  let asking = Promise.resolve();
  try {
    await until(
      what,
      listener => {
        line.onLine(({ event }) => {
          if (event === undefined) return;
          asking = asking.then(async () => {
            isSo ||= await holds();
            if (isSo) listener();
          });
        });
        return () => undefined;
      },
      () => isSo,
      ms,
    );
    await asking;
  } finally {
    await line.close();
  }
}

const said = (log: KeptLog, text: string, ms?: number) =>
  until(
    text,
    listener => {
      log.on('line', listener);
      return () => log.off('line', listener);
    },
    () => log.has(text),
    ms,
  );

describe('Nester gone for two days', () => {
  it('32 probes bring all that it missed, once, with its own times, no alarm; what is now is there in less than a minute', async () => {
    const codes = Array.from({ length: 32 }, (_, i) => `S${String(i + 1).padStart(2, '0')}`);
    const sites = await Promise.all(codes.map(code => newProbe(code, { scanEveryMs: hourMs, heartbeatMs: 15_000 })));
    await nester.kill();
    const now = Date.now();
    const missed = new Map<string, Report[]>();
    for (const { folder, probeId, siteId } of sites) {
      const spool = new Spool(folder);
      const reports = Array.from({ length: 48 }, (_, hour) => past(probeId, now - 2 * dayMs + hour * hourMs));
      for (const report of reports) spool.add(JSON.stringify(report), report.finishedAt);
      missed.set(siteId, reports);
    }
    await nester.start();
    const begunAt = performance.now();
    const running = await Promise.all(sites.map(({ folder }) => begin(folder)));
    await heard('every site up to date', async () =>
      (await ada.http.call('site.list', {})).sites.every(({ lastReportAt }) => (lastReportAt ?? 0) >= now),
    );
    expect(performance.now() - begunAt).toBeLessThan(60_000);
    await Promise.all(running.map(({ log }) => said(log, 'Nester has all reports of before', 60_000)));
    for (const [siteId, reports] of missed) {
      const stored = await reportsOf(siteId);
      expect(new Set(stored.map(({ reportId }) => reportId)).size).toBe(stored.length);
      expect(stored.length).toBe(49);
      const times = new Map(stored.map(({ reportId, finishedAt, late }) => [reportId, { finishedAt, late }]));
      for (const { reportId, finishedAt } of reports) {
        expect(times.get(reportId)?.finishedAt).toBe(finishedAt);
        // The newest three hours are as good as now; the one on the border may be either.
        if (Math.abs(finishedAt - (now - 3 * hourMs)) > 60_000) expect(times.get(reportId)?.late).toBe(finishedAt < now - 3 * hourMs);
      }
    }
    const { sites: listed } = await ada.http.call('site.list', {});
    expect(new Set(listed.map(({ state, why }) => `${state} ${why}`))).toEqual(new Set(['up reporting']));
    for (const { siteId } of sites) expect((await ada.http.call('incident.list', { siteId })).incidents).toEqual([]);
    const supervision = await channelNamed(ada, 'supervision');
    expect((await wholeHistory(ada, supervision)).filter(({ card }) => card)).toEqual([]);
    for (const { folder } of sites) expect(new Spool(folder).depth).toBe(0);
  });
});

describe('kill -9 in the middle of a send', () => {
  it('loses no report and brings none twice', async () => {
    const harvester = new Harvester();
    try {
      const siteId = await newSite(ada, 'KILL', { scanEveryMs: hourMs, backlogKbps: 64 });
      const { code } = await ada.http.call('probe.code', { siteId });
      await harvester.paste(`npx harvester enrol ${nester.httpUrl} ${code}`);
      const { probeId } = readIdentity(harvester.folder).identity;
      const spool = new Spool(harvester.folder);
      const now = Date.now();
      const reports = Array.from({ length: 200 }, (_, i) => past(probeId, now - dayMs + i * 60_000));
      for (const report of reports) spool.add(JSON.stringify(report), report.finishedAt);
      const stored = async () => new Set((await reportsOf(siteId)).map(({ reportId }) => reportId));
      for (const enough of [10, 40, 80]) {
        await harvester.start();
        await heard(`${enough} reports`, async () => (await stored()).size >= enough);
        await harvester.kill();
      }
      const policy = { backlogKbps: 100_000 };
      await ada.http.call('site.setPolicy', { siteId, policy });
      await harvester.start();
      await heard('all of them', async () => {
        const there = await stored();
        return reports.every(({ reportId }) => there.has(reportId));
      });
      const rows = await reportsOf(siteId);
      expect(new Set(rows.map(({ reportId }) => reportId)).size).toBe(rows.length);
    } finally {
      await harvester.remove();
    }
  });
});

describe('a probe whose clock is wrong', () => {
  it.each([
    ['a day ahead', dayMs],
    ['a day behind', -dayMs],
  ])('by %s is understood: its reports have the right time, and it is said', async (_, aheadMs) => {
    const { siteId, folder } = await newProbe('CLOCK', { heartbeatMs: 1_000 });
    const before = Date.now();
    const { probe, log } = await begin(folder, { aheadMs });
    await said(log, 'Nester has taken a report');
    const [report] = await reportsOf(siteId);
    expect(report!.late).toBe(false);
    expect(report!.finishedAt).toBeGreaterThan(before - 10_000);
    expect(report!.finishedAt).toBeLessThanOrEqual(Date.now() + 1_000);
    await said(log, 'Connected to Nester');
    expect((await ada.http.call('site.show', { siteId })).site.state).toBe('up');
    expect(Math.abs(probe.status().clockSkewMs! - aheadMs)).toBeLessThan(5_000);
    const shown = async () => (await ada.http.call('site.show', { siteId })).probes[0]!.clockSkewMs ?? 0;
    expect(Math.abs((await shown()) - aheadMs)).toBeLessThan(5_000);
  });
});

describe('a folder that was copied to another machine', () => {
  it('is kept out while the first one works, becomes a probe of its own by one act, and mixes nothing', async () => {
    const { siteId, folder, probeId } = await newProbe('TWINS', { heartbeatMs: 1_000 });
    const first = await begin(folder, { machine: 'first' });
    await said(first.log, 'Nester has taken a report');
    const copy = join(base, 'copy');
    cpSync(folder, copy, { recursive: true, filter: path => !path.endsWith('.sock') });
    const second = await begin(copy, { machine: 'second' });
    await said(second.log, 'this one is kept out');
    expect(second.probe.status()).toMatchObject({ link: 'cloned', clone: { name: expect.any(String) } });
    const kept = async () => (await ada.http.call('site.show', { siteId })).probes.find(one => one.probeId === probeId)!.clone;
    expect(await kept()).toMatchObject({ machine: 'second', separated: false });
    expect(first.probe.status().link).toBe('live');
    const before = (await reportsOf(siteId)).length;

    await ada.http.call('probe.separate', { probeId, machine: 'second' });
    await said(second.log, 'it has an identity of its own now');
    await said(second.log, 'Nester has taken a report');
    const { probes: both } = await ada.http.call('site.show', { siteId });
    expect(both.length).toBe(2);
    expect(await kept()).toBeNull();
    const own = readIdentity(copy).identity.probeId;
    expect(own).not.toBe(probeId);
    const reports = await reportsOf(siteId);
    expect(reports.filter(one => one.probeId === own).length).toBeGreaterThan(0);
    expect(reports.filter(one => one.probeId === probeId).length).toBe(before);
    expect(first.probe.status().link).toBe('live');
  });
});
