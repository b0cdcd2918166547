import { firstIncidentRules } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { host, openSitesRoom, type SitesRoom } from '../../test/sites-room.ts';

const minute = 60_000;

onEachDatabase('sites', newDatabase => {
  let room: SitesRoom;
  let siteId: string;
  beforeEach(async () => {
    room = await openSitesRoom(await newDatabase());
    siteId = await room.site();
  });
  afterEach(() => room.close());

  const show = () => room.call('site.show', { siteId });
  const bad = (field: string) => expect.objectContaining({ code: 'bad_input', params: expect.objectContaining({ field }) });

  it('are called, grouped and placed as people say, from one event on', async () => {
    const place = { group: 'AFC West', zone: 'America/Chicago', latitude: 39.05, longitude: -94.48 };
    const { siteId: made } = await room.call('site.create', { code: 'SEA', name: 'Seattle', ...place });
    expect((await room.call('site.show', { siteId: made })).site).toMatchObject(place);
    const change = { name: 'Kansas City', ...place, channelId: 'ops' };
    const { site } = await room.call('site.update', { siteId, ...change });
    expect(site).toMatchObject({ code: 'KC', ...change });
    expect(room.events.at(-1)).toMatchObject({ name: 'site.updated', body: { site } });
    const events = room.events.length;
    await room.call('site.update', { siteId, ...change });
    expect(room.events).toHaveLength(events);
    await room.restart();
    expect((await show()).site).toMatchObject(change);
    expect((await room.call('site.update', { siteId, channelId: null, latitude: null })).site).toMatchObject({
      channelId: null,
      latitude: null,
      longitude: -94.48,
    });
    expect(room.judgedAnew).toEqual([]);
  });

  it('have rules of their own, kept where they differ', async () => {
    const latency = { ...firstIncidentRules['wan.latency'], aboveMs: 80, clearMs: 50 };
    await room.call('site.update', { siteId, rules: { 'wan.latency': latency, 'device.new': firstIncidentRules['device.new'] } });
    expect(room.judgedAnew).toEqual([siteId]);
    const expected = { ...firstIncidentRules, 'wan.latency': latency };
    expect((await show()).rules).toEqual(expected);
    expect(room.sites.rules(siteId)).toEqual(expected);
    const { rules } = await room.store.read.selectFrom('site').select('rules').executeTakeFirstOrThrow();
    expect(Object.keys(JSON.parse(rules))).toEqual(['wan.latency']);
    await room.call('site.update', { siteId, rules: { 'wan.latency': firstIncidentRules['wan.latency'] } });
    expect((await room.store.read.selectFrom('site').select('rules').executeTakeFirstOrThrow()).rules).toBe('{}');
  });

  it('refuse what cannot be', async () => {
    const before = await show();
    const latency = { ...firstIncidentRules['wan.latency'], clearMs: 251 };
    await expect(room.call('site.update', { siteId, zone: 'Mars/Olympus' })).rejects.toEqual(bad('zone'));
    await expect(room.call('site.update', { siteId, name: ' \u202e ' })).rejects.toEqual(bad('name'));
    await expect(room.call('site.update', { siteId, rules: { 'wan.latency': latency } })).rejects.toEqual(bad('rules'));
    await expect(room.call('site.update', { siteId, channelId: 'nowhere' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(room.call('site.create', { code: 'X', name: 'x', zone: 'nowhere' })).rejects.toEqual(bad('zone'));
    expect(await show()).toEqual(before);
  });

  it('are degraded while their link stays slow', async () => {
    const probe = await room.probe(siteId);
    const report = async (medianMs: number) => {
      room.now += minute;
      const wan = [{ target: '192.0.2.1', sent: 10, received: 10, minMs: 1, medianMs, maxMs: 2_000 }];
      await probe.send(probe.report({ wan, hosts: [host('10.0.0.1')] }));
      const { state, why } = (await show()).site;
      return `${state} ${why}`;
    };
    expect(await report(20)).toBe('up reporting');
    for (let n = 0; n < 5; n++) expect(await report(300)).toBe('up reporting');
    expect(await report(300)).toBe('degraded wan_latency');
    await room.restart();
    expect(await report(200)).toBe('degraded wan_latency');
    expect(await report(150)).toBe('up reporting');
  });
});
