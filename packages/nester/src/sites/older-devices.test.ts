import { expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { openOlderStore } from '../../test/older-store.ts';
import { host, openSitesRoom } from '../../test/sites-room.ts';

interface Before {
  device: Record<string, string | number | null>;
  device_port: Record<string, string | number | null>;
}

onEachDatabase('devices that an older version knew', newDatabase => {
  it('are told again, and what they offer is no news', async () => {
    const database = await newDatabase('without tables');
    const db = await openOlderStore<Before>(database);
    const known = { hostname: null, vendor: null, os: null, status: 'up', rtt_ms: 1, first_seen_at: 5, last_seen_at: 9 };
    const mac = '00:11:22:33:44:55';
    // The site gets its id only when it is made: here the rows are there before.
    const rows = [
      { ...known, device_id: 'd1', site_id: 's', identity: 'address:10.0.0.1', address: '10.0.0.1', mac: null },
      { ...known, device_id: 'd2', site_id: 's', identity: `mac:${mac}`, address: '10.0.0.2', mac },
    ];
    await db.insertInto('device').values(rows).execute();
    const port = { protocol: 'tcp', state: 'open', service: 'ssh', product: null, version: null, first_seen_at: 5, last_seen_at: 9 };
    await db
      .insertInto('device_port')
      .values({ ...port, device_id: 'd1', port: 22 })
      .execute();
    await db.destroy();
    const room = await openSitesRoom(database);
    try {
      const siteId = await room.site();
      await room.store.write.updateTable('device').set({ site_id: siteId }).execute();
      const probe = await room.probe(siteId);
      await probe.send(probe.report({ hosts: [host('10.0.0.1', {}, 22, 80), host('10.0.0.9', { mac }, 443)] }));
      const { devices } = await room.call('site.show', { siteId });
      expect(devices.map(({ deviceId, address, identity, firstSeenAt }) => [deviceId, address, identity, firstSeenAt])).toEqual([
        ['d1', '10.0.0.1', 'likeness', 5],
        ['d2', '10.0.0.9', 'mac', 5],
      ]);
      const { history } = await room.call('device.show', { deviceId: 'd1' });
      expect(history).toEqual([]);
      expect(room.observations.map(({ rule }) => rule).filter(rule => rule !== 'probe.silent')).toEqual(['device.address']);
    } finally {
      await room.close();
    }
  });
});
