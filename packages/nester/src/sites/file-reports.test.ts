import type { Report } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { host, openSitesRoom, type SitesRoom } from '../../test/sites-room.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

onEachDatabase('reports that come as files', newDatabase => {
  let room: SitesRoom;
  let siteId: string;
  let n = 0;
  beforeEach(async () => {
    room = await openSitesRoom(await newDatabase());
    siteId = await room.site();
  });
  afterEach(() => room.close());

  const show = () => room.call('site.show', { siteId });
  const reportOf = (at: number, hosts: Report['hosts'], fields: Partial<Report> = {}): Report => ({
    v: 1,
    reportId: `file-${++n}`,
    probeId: '',
    version: 'v1.0.0',
    scanner: 'nmap',
    startedAt: at,
    finishedAt: at,
    targets: ['10.0.0.0/24'],
    ports: '1-1024',
    machine: { name: 'Patriots', addresses: [] },
    hosts,
    wan: [],
    missing: [],
    ...fields,
  });
  const take = (report: Report, { file = 'scan.json', raw = '<nmaprun/>', shape = 'D' } = {}) =>
    room.sites.takeFileReport({ siteId, report, raw, file, shape });
  const bad = (reason: string) => expect.objectContaining({ code: 'bad_report', params: { reason: expect.stringContaining(reason) } });

  it('say what a site without a probe is like, until they are old', async () => {
    expect((await show()).site).toMatchObject({ state: 'unknown', why: 'no_probe' });
    await take(reportOf(room.now - hour, [host('10.0.0.1', {}, 22)]));
    expect((await show()).site).toMatchObject({ state: 'up', why: 'files_only', devicesUp: 1, lastContactAt: null });
    expect((await show()).devices).toMatchObject([{ address: '10.0.0.1', status: 'up', firstSeenAt: room.now - hour }]);
    room.now += 25 * hour + 1;
    await room.sites.checkSilence();
    expect((await show()).site).toMatchObject({ state: 'stale', why: 'files_only' });
    await room.restart();
    await take(reportOf(room.now, [host('10.0.0.1', {}, 22)]));
    expect((await show()).site).toMatchObject({ state: 'up', why: 'files_only' });
    // Nobody is silent there.
    expect(room.observations.filter(({ rule }) => rule === 'probe.silent')).toEqual([]);
    // With a probe that speaks for it, the probe says how it is.
    const probe = await room.probe(siteId);
    expect((await show()).site).toMatchObject({ state: 'unknown', why: 'probe_never' });
    await probe.send(probe.report());
    expect((await show()).site).toMatchObject({ state: 'up', why: 'reporting' });
  });

  it('are kept to the letter, once, with the name that they had', async () => {
    const raw = '\ufeff<?xml version="1.0"?>\r\n<nmaprun>\u00e9</nmaprun>\n';
    const report = reportOf(room.now, [host('10.0.0.1')]);
    expect(await take(report, { raw, file: 'a\u202eb.xml' })).toEqual({ reportId: report.reportId, accepted: true });
    expect(await take(report, { raw })).toEqual({ reportId: report.reportId, accepted: false });
    const [summary] = (await room.call('report.list', { siteId })).reports;
    expect(summary).toMatchObject({ probeId: null, file: 'ab.xml', shape: 'D', late: false, version: 'v1.0.0' });
    expect(await room.call('report.raw', { reportId: report.reportId })).toEqual({ content: raw });
    const elsewhere = await room.site('SEA');
    await expect(room.sites.takeFileReport({ siteId: elsewhere, report, raw, file: 'x', shape: 'A' })).rejects.toEqual(bad('taken'));
    // One of a probe is kept as it was understood.
    const probe = await room.probe(elsewhere);
    const sent = probe.report();
    await probe.send(sent);
    expect(JSON.parse((await room.call('report.raw', { reportId: sent.reportId })).content)).toEqual(sent);
  });

  it('of long ago say what devices are like, and tell nobody', async () => {
    const long = room.now - 10 * 365 * day;
    await take(reportOf(long, [host('10.0.0.1', {}, 22)]));
    const { devices, site } = await show();
    expect(devices).toMatchObject([{ address: '10.0.0.1', lastSeenAt: long }]);
    expect(site).toMatchObject({ state: 'stale', why: 'files_only', lastReportAt: long });
    const { deviceId } = devices[0]!;
    await take(reportOf(long + day, [host('10.0.0.1', {}, 23), host('10.0.0.2')]));
    expect(room.observations).toEqual([]);
    expect((await room.call('device.show', { deviceId })).history).toEqual([]);
    // Older than what is known: kept, and nothing else.
    await take(reportOf(long - day, [host('10.0.0.3')]));
    expect((await show()).devices.map(({ address }) => address)).toEqual(['10.0.0.1', '10.0.0.2']);
    expect((await room.call('report.list', { siteId })).reports.map(({ late }) => late)).toEqual([true, true, true]);
    // The next one is of now.
    await take(reportOf(room.now, [host('10.0.0.1', {}, 23)]));
    expect(room.observations.map(({ rule, isBad }) => `${rule} ${isBad}`)).toContain('device.gone true');
  });

  it('of the future are refused: their clock is wrong, or its zone', async () => {
    await expect(take(reportOf(room.now + 10 * minute + 1, []))).rejects.toEqual(bad('in the future: 2026-11-21T08:10:00.001Z'));
    await take(reportOf(room.now + 10 * minute, []));
    expect((await show()).lastReport).toMatchObject({ finishedAt: room.now });
    expect((await room.counts()).report).toBe(1);
  });

  it('are checked as those of probes are', async () => {
    await expect(take(reportOf(room.now, [host('1.2.3')]))).rejects.toEqual(bad('"1.2.3"'));
    await expect(take(reportOf(room.now, [host('10.0.0.1', { rttMs: -1 })]))).rejects.toEqual(bad('rttMs'));
    await expect(
      room.sites.takeFileReport({ siteId: 'none', report: reportOf(0, []), raw: '', file: '', shape: 'A' }),
    ).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
