import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { DeviceBook } from './device-book.ts';
import { allDevicesOf, portsOf } from './devices.store.ts';
import type { SiteRecord } from './ledger.ts';

/** The devices of a site, read when they are asked for first. To be called in the site's turn. */
export async function bookOf(db: Kysely<Tables>, site: SiteRecord): Promise<DeviceBook> {
  if (site.devices) return site.devices;
  const siteId = site.row.site_id;
  site.devices = new DeviceBook(await allDevicesOf(db, siteId), await portsOf(db, siteId), site.row.last_report_at ?? 0);
  return site.devices;
}
