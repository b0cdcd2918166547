import type { DevicePortTable, DeviceTable, Tables, WanRollupTable } from '../../packages/nester/src/store/schema.ts';
import { openStore } from '../../packages/nester/src/store/store.ts';
import { type SeededProbe, seedSites } from '../ingest/seed.ts';

export const devicesPerSite = 50;
const ports = [22, 80, 443, 445, 8080];
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
    await store.write.transaction().execute(async trx => {
      const insert = async <T extends keyof Tables>(table: T, rows: readonly Tables[T][]) => {
        for (let at = 0; at < rows.length; at += 500)
          await trx
            .insertInto(table)
            .values(rows.slice(at, at + 500) as never)
            .execute();
      };
      await trx
        .updateTable('site')
        .set({ devices_up: devicesPerSite, devices_known: devicesPerSite, wan_median_ms: 12, wan_loss: 0, last_report_at: now - 30_000 })
        .execute();
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
      await trx.insertInto('setting').values({ name: 'series.rolledSeq', value: '0' }).execute();
    });
  } finally {
    await store.close();
  }
  return probes;
}

function deviceRow(site: number, host: number, now: number): DeviceTable {
  const mac = `00:16:${hex(site >> 8)}:${hex(site)}:44:${hex(host)}`;
  return {
    device_id: `device-${site}-${host}`,
    site_id: `site-${site}`,
    identity: `mac:${mac}`,
    address: `10.0.0.${host + 1}`,
    hostname: `host-${host}.site-${site}.example`,
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
    scanned_ports: null,
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

function hex(byte: number): string {
  return (byte & 255).toString(16).padStart(2, '0');
}
