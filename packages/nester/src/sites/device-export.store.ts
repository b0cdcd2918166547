import type { Kysely } from 'kysely';
import type { DevicePortTable, DeviceTable, Tables } from '../store/schema.ts';

/** A page of devices by id, of one site or of all. */
export async function devicesAfter(
  db: Kysely<Tables>,
  { siteId, after, limit }: { siteId: string | undefined; after: string | undefined; limit: number },
): Promise<DeviceTable[]> {
  let query = db.selectFrom('device').selectAll().where('merged_into', 'is', null).orderBy('device_id').limit(limit);
  if (siteId !== undefined) query = query.where('site_id', '=', siteId);
  if (after !== undefined) query = query.where('device_id', '>', after);
  return await query.execute();
}

export async function portsOfDevices(db: Kysely<Tables>, deviceIds: readonly string[]): Promise<DevicePortTable[]> {
  if (deviceIds.length === 0) return [];
  return await db.selectFrom('device_port').selectAll().where('device_id', 'in', deviceIds).execute();
}
