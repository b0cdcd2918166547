import { CompiledQuery, type ExpressionBuilder, type Kysely, type OnConflictDatabase, type OnConflictTables } from 'kysely';
import type { DeviceChangeTable, DevicePortTable, DeviceTable, Tables } from '../store/schema.ts';

/** Ids in one statement: far below what either database takes as parameters. */
const idsPerDelete = 500;

/** The devices of a site, without those that were merged into others. */
export async function devicesOf(db: Kysely<Tables>, siteId: string): Promise<DeviceTable[]> {
  return await db.selectFrom('device').selectAll().where('site_id', '=', siteId).where('merged_into', 'is', null).execute();
}

/** All devices of a site, those that were merged into others too. */
export async function allDevicesOf(db: Kysely<Tables>, siteId: string): Promise<DeviceTable[]> {
  return await db.selectFrom('device').selectAll().where('site_id', '=', siteId).execute();
}

export async function portsOf(db: Kysely<Tables>, siteId: string): Promise<DevicePortTable[]> {
  return await db
    .selectFrom('device_port')
    .innerJoin('device', 'device.device_id', 'device_port.device_id')
    .where('device.site_id', '=', siteId)
    .selectAll('device_port')
    .execute();
}

/** The site of a device; undefined when there is no such device. */
export async function siteOfDevice(db: Kysely<Tables>, deviceId: string): Promise<string | undefined> {
  const row = await db.selectFrom('device').select('site_id').where('device_id', '=', deviceId).executeTakeFirst();
  return row?.site_id;
}

export async function portsOfDevice(db: Kysely<Tables>, deviceId: string): Promise<DevicePortTable[]> {
  return await db.selectFrom('device_port').selectAll().where('device_id', '=', deviceId).execute();
}

export function putDevicesQueries(db: Kysely<Tables>, rows: readonly DeviceTable[]): CompiledQuery[] {
  return inFewTexts(db, 'device', rows, chunk =>
    db
      .insertInto('device')
      .values(chunk)
      .onConflict(conflict =>
        conflict.column('device_id').doUpdateSet(eb => ({ identity: eb.ref('excluded.identity'), ...allButIdentity(eb) })),
      )
      .compile(),
  );
}

/** The same of devices that are there and stay told by what they were: the index of that is left alone. */
export function putSeenQueries(db: Kysely<Tables>, rows: readonly DeviceTable[]): CompiledQuery[] {
  return inFewTexts(db, 'device seen', rows, chunk =>
    db
      .insertInto('device')
      .values(chunk)
      .onConflict(conflict => conflict.column('device_id').doUpdateSet(allButIdentity))
      .compile(),
  );
}

const excluded = [
  'address',
  'hostname',
  'mac',
  'vendor',
  'os',
  'status',
  'rtt_ms',
  'first_seen_at',
  'last_seen_at',
  'label',
  'notes',
  'random_mac',
  'os_accuracy',
  'confidence',
  'deep_at',
  'scanned_ports',
  'merged_into',
  'merged_at',
  'merge_detail',
] as const satisfies (keyof DeviceTable)[];

function allButIdentity({ ref }: Pick<ExpressionBuilder<OnConflictDatabase<Tables, 'device'>, OnConflictTables<'device'>>, 'ref'>) {
  return Object.fromEntries(excluded.map(column => [column, ref(`excluded.${column}`)]));
}

export function putPortsQueries(db: Kysely<Tables>, rows: readonly DevicePortTable[]): CompiledQuery[] {
  return inFewTexts(db, 'device_port', rows, chunk =>
    db
      .insertInto('device_port')
      .values(chunk)
      .onConflict(conflict =>
        conflict.columns(['device_id', 'protocol', 'port']).doUpdateSet(eb => ({
          state: eb.ref('excluded.state'),
          service: eb.ref('excluded.service'),
          product: eb.ref('excluded.product'),
          version: eb.ref('excluded.version'),
          last_seen_at: eb.ref('excluded.last_seen_at'),
          tls: eb.ref('excluded.tls'),
          title: eb.ref('excluded.title'),
        })),
      )
      .compile(),
  );
}

const textsOf = new WeakMap<Kysely<Tables>, Map<string, { sql: string; columns: readonly string[] }>>();

/**
 * Splits rows into statements of 128, 64, … rows, so that there are few different texts: each is compiled once, and the
 * database prepares it once. Compiling anew for each report would cost more than writing it.
 */
function inFewTexts<R extends object>(
  db: Kysely<Tables>,
  table: string,
  rows: readonly R[],
  compile: (rows: readonly R[]) => CompiledQuery,
): CompiledQuery[] {
  const texts = textsOf.get(db) ?? new Map<string, { sql: string; columns: readonly string[] }>();
  textsOf.set(db, texts);
  const queries: CompiledQuery[] = [];
  for (let at = 0; at < rows.length; ) {
    const count = Math.min(128, 2 ** Math.floor(Math.log2(rows.length - at)));
    const chunk = rows.slice(at, at + count);
    at += count;
    const text = texts.get(`${table} ${count}`) ?? { sql: compile(chunk).sql, columns: Object.keys(chunk[0]!) };
    texts.set(`${table} ${count}`, text);
    const parameters = chunk.flatMap(row => text.columns.map(column => (row as Record<string, unknown>)[column]));
    queries.push(CompiledQuery.raw(text.sql, parameters));
  }
  return queries;
}

/** Forgets devices with their ports and their history. */
export function forgetDevicesQueries(db: Kysely<Tables>, deviceIds: readonly string[]): CompiledQuery[] {
  return chunks(deviceIds).flatMap(chunk => [
    db.deleteFrom('device_port').where('device_id', 'in', chunk).compile(),
    db.deleteFrom('device_change').where('device_id', 'in', chunk).compile(),
    db.deleteFrom('device').where('device_id', 'in', chunk).compile(),
  ]);
}

export function dropPortQuery(db: Kysely<Tables>, { device_id, protocol, port }: DevicePortTable): CompiledQuery {
  return db
    .deleteFrom('device_port')
    .where('device_id', '=', device_id)
    .where('protocol', '=', protocol)
    .where('port', '=', port)
    .compile();
}

/** What happened to some devices before a change, newest first. */
export async function historyOf(
  db: Kysely<Tables>,
  { deviceIds, before, limit }: { deviceIds: readonly string[]; before: string | undefined; limit: number },
): Promise<DeviceChangeTable[]> {
  let all = db.selectFrom('device_change').selectAll().where('device_id', 'in', deviceIds).orderBy('change_id', 'desc').limit(limit);
  // Ids grow with time.
  if (before !== undefined) all = all.where('change_id', '<', before);
  return await all.execute();
}

export function forgetHistoryQuery(db: Kysely<Tables>, before: number): CompiledQuery {
  return db.deleteFrom('device_change').where('at', '<', before).compile();
}

function chunks<T>(all: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < all.length; at += idsPerDelete) parts.push(all.slice(at, at + idsPerDelete));
  return parts;
}
