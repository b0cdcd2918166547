import { generateKeyPairSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { AppError, type Device } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { host, liveProbe, openSitesRoom, type SitesRoom, type TestProbe } from '../../test/sites-room.ts';

const minute = 60_000;
/** The first policy scans every five minutes; three of them make a report late. */
const lateMs = 15 * minute;

onEachDatabase('ingest', newDatabase => {
  let room: SitesRoom;
  let siteId: string;
  let probe: TestProbe;
  beforeEach(async () => {
    room = await openSitesRoom(await newDatabase());
    siteId = await room.site();
    probe = await room.probe(siteId);
  });
  afterEach(() => room.close());

  const show = () => room.call('site.show', { siteId });
  const devices = async () => (await show()).devices.map(({ address, status, mac }) => [address, status, mac].filter(Boolean).join(' '));
  const ports = (device: Device | undefined) => device?.ports.map(({ port, state }) => `${port} ${state}`);
  const bad = (reason: string) => expect.objectContaining({ code: 'bad_report', params: { reason: expect.stringContaining(reason) } });

  it('takes a report in: devices, ports, WAN, state, one event', async () => {
    const wan = [
      { target: '192.0.2.1', sent: 10, received: 0, minMs: null, medianMs: null, maxMs: null },
      { target: '192.0.2.2', sent: 10, received: 9, minMs: 1, medianMs: 12.5, maxMs: 30 },
    ];
    const hostname = '<img src=x onerror=alert(1)>';
    const report = probe.report({ wan, hosts: [host('10.0.0.1', { hostname }, 22, 80), host('10.0.0.2', { status: 'down' })] });
    expect(await probe.send(report)).toEqual({ reportId: report.reportId, accepted: true });
    const shown = await show();
    expect(shown.site).toMatchObject({ state: 'up', why: 'reporting', devicesUp: 1, devicesKnown: 1, wanMedianMs: 12.5, wanLoss: 0.1 });
    expect(shown.site).toMatchObject({ lastReportAt: room.now, lastContactAt: room.now });
    expect(shown.devices).toMatchObject([{ address: '10.0.0.1', hostname, status: 'up', firstSeenAt: room.now }]);
    expect(ports(shown.devices[0])).toEqual(['22 open', '80 open']);
    expect(shown.lastReport).toMatchObject({ reportId: report.reportId, hostsUp: 1, openPorts: 2, late: false });
    expect(shown.wan).toEqual(wan);
    expect(shown.series).toEqual([{ at: room.now, medianMs: 12.5, loss: expect.closeTo(0.1) }]);
    const told = room.events.slice(-2);
    expect(told.map(({ name, topic }) => `${name} ${topic}`)).toEqual(['site.updated sites', 'report.accepted sites']);
    expect(told[0]!.body).toEqual({ site: shown.site });
    expect(shown.seq).toBe(told[1]!.seq);
    expect(await room.call('report.show', { reportId: report.reportId })).toMatchObject({ siteId, report });
    expect(room.lines.at(-1)).toMatch(/^INFO \[REPORT\] Report accepted \{"report":"[\w-]+","site":"KC","hostsUp":1,"openPorts":2\}$/);
  });

  it('takes gzip, and the same report only once, however often and at once it comes', async () => {
    const report = probe.report({ hosts: [host('10.0.0.1', {}, 22)] });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => probe.send(report, { gzip: i % 2 === 0 })));
    expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1);
    const counts = await room.counts();
    room.now += minute;
    await probe.send(probe.report({ hosts: [host('10.0.0.1', {}, 22)] }));
    room.now += minute;
    expect(await probe.send(report)).toEqual({ reportId: report.reportId, accepted: false });
    expect(await room.counts()).toEqual({ ...counts, report: 2, event: counts.event! + 1 });
    expect((await show()).site).toMatchObject({ lastReportAt: room.now - minute, lastContactAt: room.now - minute });
  });

  it('keeps gzip as it came, unless something had to be removed', async () => {
    const report = probe.report({ hosts: [host('10.0.0.1', { hostname: 'printer' }, 22)] });
    const written = JSON.stringify(report, null, 2);
    const body = gzipSync(written);
    await probe.send(body, { gzip: true });
    const unclean = probe.report({ hosts: [host('10.0.0.1', { hostname: 'pri\u0007nter' }, 22)] });
    await probe.send(unclean, { gzip: true });
    const kept = await room.store.read.selectFrom('report').select(['report_id', 'packed', 'body']).execute();
    const row = (reportId: string) => kept.find(({ report_id }) => report_id === reportId)!;
    expect([Buffer.from(row(report.reportId).packed!), row(report.reportId).body]).toEqual([body, '']);
    expect(row(unclean.reportId)).toMatchObject({ packed: null, body: expect.stringContaining('"printer"') });
    expect(await room.call('report.raw', { reportId: report.reportId })).toEqual({ content: written });
    expect(await room.call('report.show', { reportId: report.reportId })).toMatchObject({ report });
    const asked = { fromReportId: report.reportId, toReportId: unclean.reportId };
    expect((await room.call('report.compare', asked)).changes).toEqual([]);
  });

  it('writes no row for an unchanged host', async () => {
    const hosts = [host('10.0.0.1', {}, 22, 80), host('10.0.0.2', {}, 443)];
    await probe.send(probe.report({ hosts }));
    const stored = () => room.store.read.selectFrom('device').select(['address', 'last_seen_at']).orderBy('address').execute();
    const before = await stored();
    room.now += 5 * minute;
    await probe.send(probe.report({ hosts: hosts.map(one => ({ ...one, rttMs: 9 })) }));
    expect(await stored()).toEqual(before);
    // The page is right all the same.
    expect((await show()).devices).toMatchObject([{ lastSeenAt: room.now, rttMs: 9, ports: [{ lastSeenAt: room.now }, {}] }, {}]);
    room.now += 5 * minute;
    await probe.send(probe.report({ hosts }));
    expect((await stored()).map(row => row.last_seen_at)).toEqual([room.now, room.now]);
  });

  it('keeps a late report as history only', async () => {
    await probe.send(probe.report({ hosts: [host('10.0.0.1', {}, 22)] }));
    const before = await show();
    const wan = [{ target: '192.0.2.1', sent: 4, received: 0, minMs: null, medianMs: null, maxMs: null }];
    const old = probe.report({ hosts: [host('10.0.0.9', {}, 1)], wan, startedAt: 0, finishedAt: room.now - lateMs - 1 });
    expect(await probe.send(old)).toMatchObject({ accepted: true });
    const after = await show();
    expect({ ...after, seq: 0, series: [] }).toEqual({ ...before, seq: 0, series: [] });
    expect(after.series).toEqual([{ at: old.finishedAt, medianMs: null, loss: 1 }]);
    const { reports } = await room.call('report.list', { siteId });
    expect(reports.map(({ reportId, late }) => `${reportId === old.reportId} ${late}`)).toEqual(['false false', 'true true']);
  });

  it('lets an older report change nothing that a newer one said', async () => {
    await probe.send(probe.report({ hosts: [host('10.0.0.1', {}, 22)] }));
    const older = { startedAt: room.now - 2 * minute, finishedAt: room.now - minute };
    await probe.send(probe.report({ ...older, hosts: [host('10.0.0.1', { status: 'down' }), host('10.0.0.3', {}, 23)] }));
    expect(await devices()).toEqual(['10.0.0.1 up', '10.0.0.3 up']);
    expect((await show()).site).toMatchObject({ lastReportAt: room.now, devicesUp: 2, devicesKnown: 2 });
    await room.restart();
    await probe.send(probe.report({ ...older, hosts: [host('10.0.0.1', { status: 'down' })] }));
    expect(await devices()).toEqual(['10.0.0.1 up', '10.0.0.3 up']);
  });

  it('tells who is not there any more, and what was closed', async () => {
    await probe.send(probe.report({ hosts: [host('10.0.0.1', {}, 22, 2_000), host('10.0.0.2'), host('10.9.0.1')] }));
    room.now += minute;
    await probe.send(probe.report({ hosts: [host('10.0.0.1')] }));
    // 2000 was not looked at, nor was 10.9.0.1.
    expect(await devices()).toEqual(['10.0.0.1 up', '10.0.0.2 down', '10.9.0.1 up']);
    expect(ports((await show()).devices[0])).toEqual(['22 closed', '2000 open']);
    room.now += minute;
    await probe.send(probe.report({ scanner: 'tcp', hosts: [] }));
    expect(await devices()).toEqual(['10.0.0.1 unknown', '10.0.0.2 unknown', '10.9.0.1 up']);
    await room.restart();
    expect(await devices()).toEqual(['10.0.0.1 unknown', '10.0.0.2 unknown', '10.9.0.1 up']);
  });

  it('knows a device again by its hardware address', async () => {
    const mac = '00:11:22:33:44:55';
    await probe.send(probe.report({ hosts: [host('10.0.0.1', {}, 22)] }));
    const [{ deviceId }] = (await show()).devices as [Device];
    room.now += minute;
    await probe.send(probe.report({ hosts: [host('10.0.0.1', { mac }, 22)] }));
    room.now += minute;
    await probe.send(probe.report({ hosts: [host('10.0.0.8', { mac }, 22)] }));
    expect(await devices()).toEqual([`10.0.0.8 up ${mac}`]);
    room.now += minute;
    // A scan that cannot see hardware addresses finds it somewhere else, and the next one sees who that was.
    await probe.send(probe.report({ scanner: 'tcp', hosts: [host('10.0.0.9')] }));
    expect(await devices()).toEqual([`10.0.0.8 unknown ${mac}`, '10.0.0.9 up']);
    room.now += minute;
    await probe.send(probe.report({ hosts: [host('10.0.0.9', { mac }), host('10.0.0.10', {}, 22)] }));
    expect((await show()).devices).toMatchObject([{ deviceId, address: '10.0.0.9', mac }, { address: '10.0.0.10' }]);
    room.now += minute;
    // Where another was, while this one was seen elsewhere: that was not this one.
    await probe.send(probe.report({ hosts: [host('10.0.0.10', { mac })] }));
    expect(await devices()).toEqual(['10.0.0.10 down', `10.0.0.10 up ${mac}`]);
    room.now += minute;
    // A scan that cannot see hardware addresses.
    await probe.send(probe.report({ scanner: 'tcp', hosts: [host('10.0.0.10')] }));
    expect(await devices()).toEqual(['10.0.0.10 unknown', `10.0.0.10 up ${mac}`]);
  });

  it('lets a sweep say who is there, and nothing of ports', async () => {
    const services = { fact: 'services', reason: 'nmap is not installed' } as const;
    const noWan = { fact: 'wan', reason: 'no WAN target is set for this site' } as const;
    const both = [host('10.0.0.1', { os: { name: 'Linux', accuracy: 90 } }, 22, 80), host('10.0.0.2', {}, 443)];
    const full = probe.report({ kind: 'full', hosts: both, missing: [services, noWan] });
    await probe.send(full);
    room.now += minute;
    const wan = [{ target: '192.0.2.1', sent: 4, received: 4, minMs: 1, medianMs: 7, maxMs: 9 }];
    const sweep = { kind: 'sweep', ports: '' } as const;
    await probe.send(probe.report({ ...sweep, hosts: [host('10.0.0.1'), host('10.0.0.3')], wan }));
    expect(await devices()).toEqual(['10.0.0.1 up', '10.0.0.2 down', '10.0.0.3 up']);
    const shown = await show();
    expect(ports(shown.devices[0])).toEqual(['22 open', '80 open']);
    expect(ports(shown.devices[1])).toEqual(['443 open']);
    expect(shown.devices[0]).toMatchObject({ os: 'Linux', lastSeenAt: room.now });
    // The page tells of the whole scan, and of the WAN as it is now.
    expect(shown.lastReport).toMatchObject({ reportId: full.reportId, openPorts: 3 });
    expect(shown.missing).toEqual([services]);
    expect(shown.wan).toEqual(wan);
    expect(shown.site).toMatchObject({ lastReportAt: room.now, wanMedianMs: 7, devicesUp: 2, devicesKnown: 3 });
    // One that says ports all the same, and one of a time when nothing may be touched.
    room.now += minute;
    await probe.send(probe.report({ ...sweep, ports: '1-1024', hosts: [host('10.0.0.1', {}, 9), host('10.0.0.3')] }));
    expect(ports((await show()).devices[0])).toEqual(['22 open', '80 open']);
    room.now += minute;
    const closed = { fact: 'hosts', reason: 'outside the windows in which it may scan' } as const;
    await probe.send(probe.report({ ...sweep, scanner: 'tcp', targets: [], hosts: [], wan, missing: [closed] }));
    expect(await devices()).toEqual(['10.0.0.1 up', '10.0.0.2 down', '10.0.0.3 up']);
    expect((await show()).missing).toEqual([services, closed]);
  });

  it('tells by a sweep from before a restart what a scan after it changes', async () => {
    await probe.send(probe.report({ hosts: [host('10.0.0.1', {}, 22)] }));
    room.now += minute;
    await probe.send(probe.report({ kind: 'sweep', ports: '', hosts: [host('10.0.0.1')] }));
    await room.restart();
    // Older than the sweep: it changes nothing.
    await probe.send(probe.report({ startedAt: room.now - 30_000, finishedAt: room.now - 20_000, hosts: [] }));
    expect(await devices()).toEqual(['10.0.0.1 up']);
    room.now += minute;
    await probe.send(probe.report({ hosts: [host('10.0.0.1', {})] }));
    expect(ports((await show()).devices[0])).toEqual(['22 closed']);
  });

  it('lists sweeps only where they are asked for, and forgets them after two days', async () => {
    const scan = probe.report({ hosts: [host('10.0.0.1', {}, 22)] });
    await probe.send(scan);
    room.now += minute;
    const sweep = probe.report({ kind: 'sweep', ports: '', hosts: [host('10.0.0.1')] });
    await probe.send(sweep);
    const listed = async (sweeps: boolean) =>
      (await room.call('report.list', { siteId, sweeps })).reports.map(({ reportId, kind }) => [reportId, kind]);
    expect(await listed(false)).toEqual([[scan.reportId, 'full']]);
    expect(await listed(true)).toEqual([
      [sweep.reportId, 'sweep'],
      [scan.reportId, 'full'],
    ]);
    room.now += 48 * 60 * minute;
    await room.sites.forgetSweeps();
    expect(await listed(true)).toHaveLength(2);
    room.now += 1;
    await room.sites.forgetSweeps();
    expect(await listed(true)).toEqual([[scan.reportId, 'full']]);
    expect((await show()).devices).toMatchObject([{ address: '10.0.0.1', lastSeenAt: sweep.finishedAt }]);
  });

  it('undoes nothing and keeps nothing of a report that the disk refuses', async () => {
    const report = probe.report({ hosts: [host('10.0.0.1', {}, 22)] });
    const before = await room.counts();
    room.failure = new AppError('storage_failed', { reason: 'disk full' });
    await expect(probe.send(report)).rejects.toMatchObject({ code: 'storage_failed' });
    room.failure = undefined;
    expect(await room.counts()).toEqual(before);
    expect((await show()).site).toMatchObject({ devicesKnown: 0, lastReportAt: null });
    expect(await probe.send(report)).toMatchObject({ accepted: true });
    expect(await devices()).toEqual(['10.0.0.1 up']);
  });

  it('refuses who is not known, is revoked, or did not sign', async () => {
    const report = probe.report();
    const before = await room.counts();
    const refused = expect.objectContaining({ code: 'probe_refused' });
    await expect(probe.send(report, { probeId: 'nobody' })).rejects.toEqual(refused);
    await expect(probe.send(report, { key: generateKeyPairSync('ed25519').privateKey })).rejects.toEqual(refused);
    const other = await room.probe(siteId, 'other');
    await expect(probe.send(report, { probeId: other.probeId })).rejects.toEqual(refused);
    const body = Buffer.from(JSON.stringify(report));
    for (const signature of ['', 'x', 'A'.repeat(86)])
      await expect(room.sites.ingest({ probeId: probe.probeId, time: String(room.now), signature, body, gzip: false })).rejects.toEqual(
        refused,
      );
    // The time is signed too.
    await expect(probe.send(report, { time: Number.NaN })).rejects.toEqual(refused);
    await room.call('probe.revoke', { probeId: other.probeId });
    await expect(other.send(other.report())).rejects.toEqual(refused);
    expect(room.lines.at(-1)).toMatch(/^WARNING \[REPORT\] Report refused /);
    expect((await room.counts()).report).toBe(before.report);
  });

  it('takes a MAC with the key of the live connection, and no other', async () => {
    const refused = expect.objectContaining({ code: 'probe_refused' });
    const older = liveProbe(room);
    const macKey = await probe.agree(older);
    const report = probe.report();
    expect(await probe.send(report, { macKey })).toMatchObject({ accepted: true });
    // Told by the same rules as a signed one: the same again changes nothing, and the time is part of what is told.
    expect(await probe.send(report, { macKey })).toMatchObject({ accepted: false });
    await expect(probe.send(probe.report(), { macKey, time: Number.NaN })).rejects.toEqual(refused);
    await expect(probe.send(probe.report(), { macKey: Buffer.alloc(32) })).rejects.toEqual(refused);
    const body = Buffer.from('{}');
    for (const mac of ['', 'x', 'A'.repeat(43)])
      await expect(
        room.sites.ingest({ probeId: probe.probeId, time: String(room.now), signature: '', mac, body, gzip: false }),
      ).rejects.toEqual(refused);
    const other = await room.probe(siteId, 'other');
    await expect(other.send(other.report(), { macKey })).rejects.toEqual(refused);
    // A newer connection has its own key, or none; a signature is good all the time.
    await probe.connect();
    await expect(probe.send(probe.report(), { macKey })).rejects.toEqual(refused);
    const newer = liveProbe(room);
    const newerKey = await probe.agree(newer);
    expect(newerKey).not.toEqual(macKey);
    await expect(probe.send(probe.report(), { macKey })).rejects.toEqual(refused);
    room.now += minute;
    expect(await probe.send(probe.report(), { macKey: newerKey })).toMatchObject({ accepted: true });
    newer.close();
    room.now += minute;
    await expect(probe.send(probe.report(), { macKey: newerKey })).rejects.toEqual(refused);
    expect(await probe.send(probe.report())).toMatchObject({ accepted: true });
    await room.call('probe.revoke', { probeId: probe.probeId });
    await expect(probe.send(probe.report(), { macKey: newerKey })).rejects.toEqual(refused);
  });

  it('takes the site from the key, never from the body', async () => {
    const elsewhere = await room.site('SEA');
    const other = await room.probe(elsewhere, 'other');
    await expect(other.send(probe.report())).rejects.toEqual(bad('another probe'));
    const report = probe.report();
    await probe.send(report);
    await expect(other.send(other.report({ reportId: report.reportId }))).rejects.toEqual(bad('id is taken'));
    expect((await room.call('site.show', { siteId: elsewhere })).site).toMatchObject({ devicesKnown: 0, lastContactAt: null });
  });

  it.each<[string, string, (report: Record<string, unknown>) => unknown]>([
    ['another version', 'v ', report => ({ ...report, v: 2 })],
    ['a field too many', '"site"', report => ({ ...report, site: 'SEA' })],
    ['an address that is none', '"1.2.3"', report => ({ ...report, hosts: [host('1.2.3')] })],
    ['a host with a path as its id', 'reportId', report => ({ ...report, reportId: '../../etc/passwd' })],
    [
      'more answers than echoes',
      'more answers',
      report => ({ ...report, wan: [{ target: 'a', sent: 1, received: 2, minMs: 1, medianMs: 1, maxMs: 1 }] }),
    ],
    ['an end before its beginning', 'before it began', report => ({ ...report, startedAt: (report.finishedAt as number) + 1 })],
    ['an end in the future', 'in the future', report => ({ ...report, finishedAt: (report.finishedAt as number) + 600_001 })],
    ['nothing', 'report', () => null],
  ])('refuses a report with %s', async (_, reason, change) => {
    const report = change({ ...probe.report() });
    await expect(probe.send(Buffer.from(JSON.stringify(report)))).rejects.toEqual(bad(reason));
    expect((await room.counts()).report).toBe(0);
    expect(room.lines.at(-1)).toContain('[REPORT] Report refused');
  });

  it('refuses what is not JSON, not UTF-8, not gzip, or a bomb', async () => {
    await expect(probe.send(Buffer.from('{'))).rejects.toEqual(bad('not JSON'));
    await expect(probe.send(Buffer.from([0x22, 0xff, 0x22]))).rejects.toEqual(bad('not JSON'));
    await expect(probe.send(Buffer.from('['.repeat(200_000)))).rejects.toEqual(bad('not JSON'));
    await expect(probe.send(Buffer.from('{}'), { gzip: true })).rejects.toEqual(bad('not gzip'));
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    await expect(probe.send(bomb, { gzip: true })).rejects.toEqual(bad('larger than 8 MiB'));
  });

  it('removes control characters from texts, and keeps markup as text', async () => {
    const hostname = 'a\u0000b\u001b[31m\u202ec<script>\ud800';
    await probe.send(probe.report({ hosts: [host('10.0.0.1', { hostname })] }));
    expect((await show()).devices).toMatchObject([{ hostname: 'ab[31mc<script>' }]);
    const { lastReport } = await show();
    const { report } = await room.call('report.show', { reportId: lastReport!.reportId });
    expect(report.hosts[0]!.hostname).toBe('ab[31mc<script>');
  });

  it('reads the times of a probe whose clock is wrong by our clock', async () => {
    const ahead = 3 * 3_600_000;
    const report = probe.report({ startedAt: room.now + ahead - 9_000, finishedAt: room.now + ahead - 4_000 });
    await probe.send(report, { time: room.now + ahead });
    expect((await show()).lastReport).toMatchObject({ startedAt: room.now - 9_000, finishedAt: room.now - 4_000, late: false });
    // While it is connected, its heartbeats say how its clock stands: an upload from long ago does not pass for a new one.
    await probe.connect();
    await probe.beat({ at: room.now });
    await probe.send(probe.report({ startedAt: 0, finishedAt: room.now - ahead }), { time: room.now - ahead });
    expect((await room.call('report.list', { siteId })).reports.map(({ late }) => late)).toEqual([false, true]);
  });

  it('keeps what two probes of a site measured in the same millisecond', async () => {
    const other = await room.probe(siteId, 'other');
    const wan = [{ target: '192.0.2.1', sent: 4, received: 4, minMs: 1, medianMs: 1, maxMs: 1 }];
    const answers = await Promise.all([probe.send(probe.report({ wan })), other.send(other.report({ wan }))]);
    expect(answers).toMatchObject([{ accepted: true }, { accepted: true }]);
    expect((await room.counts()).wan_sample).toBe(2);
  });
});
