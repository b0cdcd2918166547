import type { DevicePortTable, DeviceTable, Tables, WanRollupTable } from '../../packages/nester/src/store/schema.ts';
import { openStore } from '../../packages/nester/src/store/store.ts';
import type { Row } from '../../packages/nester/src/store/unit.ts';
import { type SeededProbe, seedSites } from '../ingest/seed.ts';
import { devicesPerSite, hostnameOf, macOf, ports } from './devices.ts';

const hour = 3_600_000;
const day = 24 * hour;

/**
 * Fills a data folder with a large customer: so many sites with a probe and fifty devices of five ports each, the last day
 * of every site's WAN in half hours, and a year of the first one's in hours and days.
 */
export async function seedCentre(folder: string, sites: number): Promise<SeededProbe[]> {
  const probes = await seedSites(folder, sites);
  const store = await openStore({ folder });
  const now = Date.now();
  try {
    await store.write
      .updateTable('site')
      .set({ devices_up: devicesPerSite, devices_known: devicesPerSite, wan_median_ms: 12, wan_loss: 0, last_report_at: now - 30_000 })
      .execute();
    // As the committer writes: past the query builder, which would take most of a minute.
    await store.dialect.transaction(store.write, async writing => {
      const insert = async <T extends keyof Tables>(table: T, rows: readonly Tables[T][]) => {
        await writing.insert(table, rows as unknown as readonly Row[], undefined);
      };
      for (let n = 1; n <= sites; n++) {
        const devices = Array.from({ length: devicesPerSite }, (_, host) => deviceRow(n, host, now));
        await insert('device', devices);
        await insert(
          'device_port',
          devices.flatMap(({ device_id }) => ports.map(port => portRow(device_id, port, now))),
        );
        await insert('wan_rollup', rollups(`site-${n}`, 30 * 60_000, now - day, now));
      }
      await insert('wan_rollup', [...rollups('site-1', hour, now - 365 * day, now), ...rollups('site-1', day, now - 365 * day, now)]);
      await insert('setting', [{ name: 'series.rolledSeq', value: '0' }]);
    });
  } finally {
    await store.close();
  }
  return probes;
}

function deviceRow(site: number, host: number, now: number): DeviceTable {
  const mac = macOf(site, host);
  return {
    device_id: `device-${site}-${host}`,
    site_id: `site-${site}`,
    identity: `mac:${mac}`,
    address: `10.0.0.${host + 1}`,
    hostname: hostnameOf(site, host),
    mac,
    vendor: 'Example',
    os: 'Linux 6.1',
    status: 'up',
    rtt_ms: 0.4,
    first_seen_at: now - 30 * day,
    last_seen_at: now - 30_000,
    label: null,
    notes: '',
    random_mac: 0,
    os_accuracy: 96,
    confidence: 1,
    deep_at: now - hour,
    scanned_ports: ports.join(),
    merged_into: null,
    merged_at: null,
    merge_detail: null,
  };
}

function portRow(deviceId: string, port: number, now: number): DevicePortTable {
  return {
    device_id: deviceId,
    protocol: 'tcp',
    port,
    state: 'open',
    service: 'http',
    product: 'Example httpd',
    version: '2.4',
    first_seen_at: now - 30 * day,
    last_seen_at: now - 30_000,
    tls: null,
    title: null,
  };
}

function rollups(siteId: string, stepMs: number, from: number, to: number): WanRollupTable[] {
  const rows: WanRollupTable[] = [];
  for (let at = Math.floor(from / stepMs) * stepMs; at < to; at += stepMs)
    for (const [i, role] of (['gateway', 'provider', 'internet'] as const).entries()) {
      const median = [0.5, 4, 12][i]! * (1 + Math.sin(at / 7e6) / 4);
      rows.push({
        site_id: siteId,
        step_ms: stepMs,
        at,
        target: ['192.0.2.254', '198.51.100.1', 'internet.example'][i]!,
        role,
        samples: Math.round(stepMs / 60_000),
        median_ms: median,
        min_ms: median / 2,
        max_ms: median * 3,
        loss: 0.001,
      });
    }
  return rows;
}
