import { AppError, type Report } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { host, openSitesRoom, type SitesRoom, type TestProbe } from '../../test/sites-room.ts';

const minute = 60_000;

/** Most of a report says the same as the one before: what is not looked at again must still be right. */
onEachDatabase('a report that says the same again', newDatabase => {
  let room: SitesRoom;
  let siteId: string;
  let probe: TestProbe;
  beforeEach(async () => {
    room = await openSitesRoom(await newDatabase());
    siteId = await room.site();
    probe = await room.probe(siteId);
  });
  afterEach(() => room.close());

  const macs = ['00:11:22:33:44:01', '00:11:22:33:44:02', '00:11:22:33:44:03'] as const;
  const usual = macs.map((mac, i) => host(`10.0.0.${i + 1}`, { mac, hostname: `host-${i}`, rttMs: i + 0.5 }, 22, 80));
  const say = async (hosts: Report['hosts'], more: Partial<Report> = {}) => {
    room.now += minute;
    await probe.send(probe.report({ hosts, ...more }), { gzip: true });
  };
  /** As pages show them, and as the store has them after a restart. */
  const shown = async () =>
    (await room.call('site.show', { siteId })).devices.map(
      ({ address, hostname, rttMs, ports }) =>
        `${address} ${hostname} ${rttMs} ${ports.map(({ port, state, version }) => [port, state, version].filter(Boolean).join(' ')).join(', ')}`,
    );
  const history = async () =>
    (await room.store.read.selectFrom('device_change').select(['kind', 'port']).orderBy('change_id').execute()).map(
      ({ kind, port }) => `${kind} ${port ?? ''}`,
    );
  const withVersion = (version: string) =>
    usual.map((one, i) =>
      i === 1 ? { ...one, ports: one.ports.map(port => (port.port === 80 ? { ...port, service: 'http', version } : port)) } : one,
    );

  it('but for one port, changes that one, before and after a restart', async () => {
    await say(withVersion('1.0'));
    await say(withVersion('1.0'));
    await say(withVersion('1.1'));
    await say(withVersion('1.1'));
    expect(await history()).toEqual([...macs.map(() => 'first_seen '), 'service 80']);
    await room.restart();
    await say(withVersion('1.1'));
    await say(withVersion('1.2'));
    expect(await history()).toEqual([...macs.map(() => 'first_seen '), 'service 80', 'service 80']);
    expect(await shown()).toEqual([
      '10.0.0.1 host-0 0.5 22 open, 80 open',
      '10.0.0.2 host-1 1.5 22 open, 80 open 1.2',
      '10.0.0.3 host-2 2.5 22 open, 80 open',
    ]);
  });

  it('says it of what people merged and split meanwhile, too', async () => {
    await say(usual);
    await say(usual);
    const devices = (await room.call('site.show', { siteId })).devices;
    const [into, from] = [devices[0]!.deviceId, devices[2]!.deviceId];
    await room.call('device.merge', { deviceId: from, intoDeviceId: into });
    await say(usual);
    expect((await shown()).length).toBe(2);
    await say([usual[0]!, usual[1]!]);
    await say(usual);
    expect((await shown()).length).toBe(2);
    await room.call('device.split', { deviceId: into, identityId: from });
    await say(usual);
    expect(await shown()).toEqual(usual.map(({ address, hostname, rttMs }) => `${address} ${hostname} ${rttMs} 22 open, 80 open`));
  });

  it('closes what other ports of the policy look at, and what it named before', async () => {
    await say(usual, { ports: '22,80' });
    await say(usual, { ports: '22,80' });
    const only22 = usual.map(one => ({ ...one, ports: one.ports.filter(({ port }) => port === 22) }));
    await say(only22, { ports: '22' });
    expect((await shown())[0]).toBe('10.0.0.1 host-0 0.5 22 open, 80 open');
    await say(only22, { ports: '22,80' });
    expect((await shown())[0]).toBe('10.0.0.1 host-0 0.5 22 open, 80 closed');
    await say(usual, { ports: '22,80' });
    expect((await shown())[0]).toBe('10.0.0.1 host-0 0.5 22 open, 80 open');
  });

  it('is judged one after the other where two come at once, and an older one that comes late changes nothing', async () => {
    await say(withVersion('1.0'));
    const older = probe.report({ hosts: withVersion('0.9'), startedAt: room.now - 2 * minute, finishedAt: room.now - minute });
    room.now += minute;
    const two = ['1.1', '1.2'].map((version, i) => probe.report({ hosts: withVersion(version), finishedAt: room.now - 1 + i }));
    await Promise.all([...two, older].map(report => probe.send(report, { gzip: true })));
    expect((await shown())[1]).toBe('10.0.0.2 host-1 1.5 22 open, 80 open 1.2');
    await room.restart();
    expect((await shown())[1]).toBe('10.0.0.2 host-1 1.5 22 open, 80 open 1.2');
  });

  it('is kept as it came, whatever of it was read', async () => {
    const reports = [usual, withVersion('1.0'), usual].map(hosts => probe.report({ hosts }));
    for (const report of reports) {
      room.now += minute;
      await probe.send(report, { gzip: true });
    }
    for (const report of reports) expect(await room.call('report.show', { reportId: report.reportId })).toMatchObject({ report });
  });

  it('counts only once the disk has it', async () => {
    await say(withVersion('1.0'));
    room.now += minute;
    const report = probe.report({ hosts: withVersion('1.1') });
    room.failure = new AppError('storage_failed', { reason: 'disk full' });
    await expect(probe.send(report, { gzip: true })).rejects.toMatchObject({ code: 'storage_failed' });
    room.failure = undefined;
    expect((await shown())[1]).toBe('10.0.0.2 host-1 1.5 22 open, 80 open 1.0');
    await probe.send(report, { gzip: true });
    expect((await shown())[1]).toBe('10.0.0.2 host-1 1.5 22 open, 80 open 1.1');
    expect((await history()).at(-1)).toBe('service 80');
  });
});
