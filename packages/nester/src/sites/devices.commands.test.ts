import { AppError, type CommandOutput } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { host, openSitesRoom, type SitesRoom, type TestProbe } from '../../test/sites-room.ts';

const minute = 60_000;
const macs = ['00:11:22:33:44:01', '00:11:22:33:44:02', '00:11:22:33:44:03'] as const;

onEachDatabase('devices', newDatabase => {
  let room: SitesRoom;
  let siteId: string;
  let probe: TestProbe;
  beforeEach(async () => {
    room = await openSitesRoom(await newDatabase());
    siteId = await room.site();
    probe = await room.probe(siteId);
  });
  afterEach(() => room.close());

  const devices = async () => (await room.call('site.show', { siteId })).devices;
  const idAt = async (address: string) => (await devices()).find(device => device.address === address)!.deviceId;
  const report = async (...hosts: ReturnType<typeof host>[]) => {
    room.now += minute;
    await probe.send(probe.report({ hosts }));
  };
  const show = (deviceId: string) => room.call('device.show', { deviceId });
  const kinds = ({ history }: CommandOutput<'device.show'>) =>
    history.map(({ kind, port, before, after }) => [kind, port, before, after].filter(part => part !== null).join(' '));
  const code = (expected: string) => expect.objectContaining({ code: expected });

  it('shows a device with what happened to it, the newest first', async () => {
    const deep = { os: { name: 'Linux 6', accuracy: 97 }, deepAt: 5, title: 'NAS' };
    await report(host('10.0.0.1', { mac: macs[0], os: deep.os, deepAt: 5 }, 22));
    const deviceId = await idAt('10.0.0.1');
    await report(host('10.0.0.2', { mac: macs[0] }, 22, 80));
    await report();
    const shown = await show(deviceId);
    expect(kinds(shown)).toEqual(['gone', 'port_opened 80', 'address 10.0.0.1 10.0.0.2', 'first_seen 10.0.0.1']);
    expect(shown).toMatchObject({ siteId, notes: '', alike: [], identities: [{ identity: `mac:${macs[0]}`, mergedAt: null }] });
    expect(shown.device).toMatchObject({ os: 'Linux 6', osAccuracy: 97, deepAt: 5, identity: 'mac', confidence: 1, status: 'down' });
    const [, , third] = shown.history;
    expect(kinds(await room.call('device.show', { deviceId, before: third!.changeId }))).toEqual(['first_seen 10.0.0.1']);
    await expect(show('nobody')).rejects.toEqual(code('not_found'));
    room.now += 2 * 365 * 86_400_000;
    await room.sites.forgetHistory();
    expect(kinds(await show(deviceId))).toEqual(['gone']);
  });

  it('tells what rules may want to know, and nothing of what is new in the first report', async () => {
    await report(host('10.0.0.1', { mac: macs[0] }, 22));
    expect(room.observations.filter(({ rule }) => rule !== 'probe.silent')).toEqual([]);
    room.observations.length = 0;
    await report(host('10.0.0.1', { mac: macs[0] }, 22, 80), host('10.0.0.5', { mac: '06:00:00:00:00:01' }));
    const told = () => room.observations.splice(0).map(({ rule, subject, item, isBad, marks }) => [rule, subject, item, isBad, marks]);
    expect(told()).toEqual([
      ['port.opened', '10.0.0.1', '80/tcp', true, ['server']],
      ['port.closed', '10.0.0.1', '80/tcp', false, ['server']],
      ['device.new', '10.0.0.5', undefined, true, ['random_mac']],
    ]);
    await room.call('device.update', { deviceId: await idAt('10.0.0.1'), label: 'Till 4' });
    await report(host('10.0.0.5', { mac: '06:00:00:00:00:01' }));
    expect(told()).toEqual([['device.gone', 'Till 4', undefined, true, ['labelled', 'server']]]);
    // A backlog is history: of that nobody is told, and no device has it in its own.
    const before = await show(await idAt('10.0.0.1'));
    await probe.send(probe.report({ startedAt: 0, finishedAt: room.now - 3_600_000, hosts: [host('10.0.0.1', { mac: macs[0] }, 99)] }));
    expect(told()).toEqual([]);
    expect({ ...(await show(await idAt('10.0.0.1'))), seq: 0 }).toEqual({ ...before, seq: 0 });
  });

  it('is new only where somebody looked before, and found nobody', async () => {
    const news = () => room.observations.splice(0).flatMap(({ rule, subject }) => (rule === 'device.new' ? [subject] : []));
    await probe.send(probe.report({ targets: ['127.0.0.1/32'], hosts: [] }));
    // Its network is authorised: all of it is found at once.
    room.now += minute;
    const network = ['127.0.0.1/32', '10.0.0.0/24'];
    await probe.send(probe.report({ targets: network, hosts: [host('127.0.0.1'), host('10.0.0.1')] }));
    expect(news()).toEqual(['127.0.0.1']);
    // Another probe of the site looks at another network, and now and then at nothing.
    const other = await room.probe(siteId, 'other');
    await other.send(other.report({ targets: ['10.1.0.0/24'], hosts: [host('10.1.0.1')] }));
    await other.send(other.report({ kind: 'sweep', targets: [], hosts: [] }));
    expect(news()).toEqual([]);
    await room.restart();
    room.now += minute;
    await other.send(other.report({ targets: ['10.1.0.0/24'], hosts: [host('10.1.0.1'), host('10.1.0.2')] }));
    room.now += minute;
    await probe.send(probe.report({ targets: network, hosts: [host('127.0.0.1'), host('10.0.0.1'), host('10.0.0.2')] }));
    await other.send(other.report({ targets: ['10.1.0.0/24'], hosts: [host('10.1.0.3')] }));
    expect(news()).toEqual(['10.1.0.2', '10.1.0.3']);
  });

  it('is named, with notes, and keeps both', async () => {
    await report(host('10.0.0.1', { mac: macs[0] }));
    const deviceId = await idAt('10.0.0.1');
    const { device } = await room.call('device.update', { deviceId, label: ' Till\u202e 4 ', notes: 'below\r\nthe counter\u0007' });
    expect(device.label).toBe('Till 4');
    expect(room.events.at(-1)).toMatchObject({ name: 'device.changed', body: { siteId, deviceId } });
    await report(host('10.0.0.9', { mac: macs[0] }));
    await room.restart();
    const shown = await show(deviceId);
    expect(shown).toMatchObject({ notes: 'below\nthe counter', device: { label: 'Till 4', address: '10.0.0.9' } });
    expect(kinds(shown)).toContain('edited Till 4');
    await room.call('device.update', { deviceId, label: null });
    expect((await show(deviceId)).device.label).toBeNull();
  });

  it('is merged with another one, told by each of their identities, and split again as it was', async () => {
    const both = [host('10.0.0.1', { mac: macs[0], hostname: 'nas' }, 22), host('10.0.0.2', { mac: macs[1] }, 80)];
    await report(...both, host('10.0.0.3', { mac: macs[2] }));
    const [one, two] = [await idAt('10.0.0.1'), await idAt('10.0.0.2')];
    await room.call('device.update', { deviceId: two, label: 'NAS' });
    const before = await devices();
    await room.call('device.merge', { deviceId: two, intoDeviceId: one });
    const merged = await devices();
    expect(merged.map(({ deviceId, label, ports }) => [deviceId === one, label, ports.map(({ port }) => port)])).toEqual([
      [true, 'NAS', [22, 80]],
      [false, null, []],
    ]);
    expect((await room.call('site.show', { siteId })).site).toMatchObject({ devicesUp: 2, devicesKnown: 2 });
    for (const restarts of [false, true]) {
      if (restarts) await room.restart();
      // Both of its addresses at once, then only the second one.
      await report(...both);
      expect(await devices()).toHaveLength(2);
      expect((await devices())[0]).toMatchObject({ deviceId: one, address: '10.0.0.1', ports: [{ state: 'open' }, { state: 'open' }] });
      await report(both[1]!);
      expect((await devices()).map(({ deviceId, address }) => [deviceId === one, address])).toContainEqual([true, '10.0.0.2']);
      await report(...both);
    }
    const shown = await show(two);
    expect(shown.device.deviceId).toBe(one);
    expect(shown.identities.map(({ identity, mergedAt }) => [identity, mergedAt !== null])).toEqual([
      [`mac:${macs[0]}`, false],
      [`mac:${macs[1]}`, true],
    ]);
    expect(kinds(shown)).toContain('merged NAS');
    await expect(room.call('device.merge', { deviceId: two, intoDeviceId: one })).rejects.toEqual(code('bad_input'));
    const { device } = await room.call('device.split', { deviceId: one, identityId: shown.identities[1]!.identityId });
    expect(device.deviceId).toBe(two);
    const stable = (all: typeof before) =>
      all.map(({ lastSeenAt: _, status: __, rttMs: ___, ports, ...rest }) => ({ ...rest, ports: ports.map(({ port }) => port) }));
    expect(stable(await devices())).toEqual(stable(before));
    await room.restart();
    await report(...both, host('10.0.0.3', { mac: macs[2] }));
    expect(stable(await devices())).toEqual(stable(before));
  });

  it('of two sites are never one', async () => {
    await report(host('10.0.0.1', { mac: macs[0], hostname: 'nas' }));
    const elsewhere = await room.site('SEA');
    const other = await room.probe(elsewhere);
    await other.send(other.report({ hosts: [host('10.0.0.1', { mac: macs[0], hostname: 'nas' })] }));
    const [there] = (await room.call('site.show', { siteId: elsewhere })).devices;
    const here = await idAt('10.0.0.1');
    expect(there!.deviceId).not.toBe(here);
    await expect(room.call('device.merge', { deviceId: there!.deviceId, intoDeviceId: here })).rejects.toEqual(code('not_found'));
    expect((await show(here)).alike).toEqual([]);
  });

  it('that look alike are shown to whoever may merge them', async () => {
    await report(host('10.0.0.1', { mac: macs[0], hostname: 'nas' }, 22, 80), host('10.0.0.2', { mac: macs[1], hostname: 'NAS' }, 22, 80));
    const { alike } = await show(await idAt('10.0.0.1'));
    expect(alike).toMatchObject([{ address: '10.0.0.2', confidence: expect.closeTo(0.71) }]);
  });

  it('are forgotten with their history, and new when they come back', async () => {
    await report(host('10.0.0.1', { mac: macs[0] }), host('10.0.0.2', { mac: macs[1] }));
    const [one, two] = [await idAt('10.0.0.1'), await idAt('10.0.0.2')];
    await room.call('device.merge', { deviceId: one, intoDeviceId: two });
    room.observations.length = 0;
    await room.call('device.forget', { deviceId: two });
    expect(room.observations.map(({ rule, isBad }) => [rule, isBad])).toContainEqual(['device.gone', false]);
    expect(await devices()).toEqual([]);
    expect((await room.counts()).device).toBe(0);
    await report(host('10.0.0.1', { mac: macs[0] }));
    expect(await idAt('10.0.0.1')).not.toBe(one);
  });

  it('are found over all sites by what people type', async () => {
    const vendor = 'Zebra';
    await report(host('10.0.0.1', { mac: 'aa:bb:cc:00:11:22'.replace('aa', 'a8'), hostname: 'till-4.lan', vendor }, 22), host('10.0.0.12'));
    await room.call('device.update', { deviceId: await idAt('10.0.0.12'), label: 'Coffee machine' });
    const elsewhere = await room.site('SEA');
    const other = await room.probe(elsewhere);
    const ports = [{ port: 631, protocol: 'tcp' as const, state: 'open' as const, service: 'ipp', product: 'CUPS', version: '2.4' }];
    await other.send(other.report({ hosts: [{ ...host('10.0.0.1'), ports }] }));
    await room.restart();
    const found = async (query: string, limit?: number) =>
      (await room.call('device.search', { query, limit })).devices.map(({ siteCode, address }) => `${siteCode} ${address}`);
    for (const mac of ['a8:bb:cc:00:11:22', 'A8-BB-CC-00-11-22', 'a8bb.cc00.1122', 'A8BBCC', 'cc:00:11'])
      expect(await found(mac), mac).toEqual(['KC 10.0.0.1']);
    expect(await found('coffee')).toEqual(['KC 10.0.0.12']);
    expect(await found('zebra till')).toEqual(['KC 10.0.0.1']);
    expect(await found('cups 2.4')).toEqual(['SEA 10.0.0.1']);
    expect(await found('10.0.0.1')).toEqual(['SEA 10.0.0.1', 'KC 10.0.0.1', 'KC 10.0.0.12']);
    expect(await found('10.0.0.1', 1)).toHaveLength(1);
    expect(await found('%')).toEqual([]);
    // What changed since is found too.
    await room.call('device.update', { deviceId: await idAt('10.0.0.12'), label: 'Toaster' });
    expect(await found('toaster')).toEqual(['KC 10.0.0.12']);
  });

  it('leaves no trace of what the disk refuses', async () => {
    await report(host('10.0.0.1', { mac: macs[0] }), host('10.0.0.2', { mac: macs[1] }, 80));
    const before = await devices();
    const [one, two] = before.map(({ deviceId }) => deviceId) as [string, string];
    room.failure = new AppError('storage_failed', { reason: 'disk full' });
    await expect(room.call('device.merge', { deviceId: two, intoDeviceId: one })).rejects.toEqual(code('storage_failed'));
    await expect(room.call('device.update', { deviceId: one, label: 'x' })).rejects.toEqual(code('storage_failed'));
    await expect(room.call('device.forget', { deviceId: one })).rejects.toEqual(code('storage_failed'));
    room.failure = undefined;
    expect(await devices()).toEqual(before);
    expect((await show(two)).device.label).toBeNull();
  });
});
