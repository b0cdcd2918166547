import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { DeviceBook } from './device-book.ts';
import { allDevicesOf, portsOf } from './devices.store.ts';
import type { SiteRecord } from './ledger.ts';
import { reportById } from './reports.store.ts';
import { keptReport } from './reports.ts';

/** The devices of a site, read when they are asked for first. To be called in the site's turn. */
export async function bookOf(db: Kysely<Tables>, site: SiteRecord): Promise<DeviceBook> {
  if (site.devices) return site.devices;
  const siteId = site.row.site_id;
  const last = site.row.last_report_id === null ? undefined : await reportById(db, site.row.last_report_id);
  const book = new DeviceBook(await allDevicesOf(db, siteId), await portsOf(db, siteId), site.row.last_report_at ?? 0);
  if (last) book.lookedAt.set(last.probe_id, keptReport(last).targets);
  site.devices = book;
  return book;
}
