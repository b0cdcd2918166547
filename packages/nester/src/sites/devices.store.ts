import { CompiledQuery, type Kysely } from 'kysely';
import type { DevicePortTable, DeviceTable, Tables } from '../store/schema.ts';

/** Ids in one statement: far below what either database takes as parameters. */
const idsPerDelete = 500;

export async function devicesOf(db: Kysely<Tables>, siteId: string): Promise<DeviceTable[]> {
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

export function putDevicesQueries(db: Kysely<Tables>, rows: readonly DeviceTable[]): CompiledQuery[] {
  return inFewTexts(db, 'device', rows, chunk =>
    db
      .insertInto('device')
      .values(chunk)
      .onConflict(conflict =>
        conflict.column('device_id').doUpdateSet(eb => ({
          identity: eb.ref('excluded.identity'),
          address: eb.ref('excluded.address'),
          hostname: eb.ref('excluded.hostname'),
          mac: eb.ref('excluded.mac'),
          vendor: eb.ref('excluded.vendor'),
          os: eb.ref('excluded.os'),
          status: eb.ref('excluded.status'),
          rtt_ms: eb.ref('excluded.rtt_ms'),
          first_seen_at: eb.ref('excluded.first_seen_at'),
          last_seen_at: eb.ref('excluded.last_seen_at'),
        })),
      )
      .compile(),
  );
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

/** Forgets devices that turned out to be others, with their ports. */
export function dropDevicesQueries(db: Kysely<Tables>, deviceIds: readonly string[]): CompiledQuery[] {
  return chunks(deviceIds).flatMap(chunk => [
    db.deleteFrom('device_port').where('device_id', 'in', chunk).compile(),
    db.deleteFrom('device').where('device_id', 'in', chunk).compile(),
  ]);
}

function chunks<T>(all: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < all.length; at += idsPerDelete) parts.push(all.slice(at, at + idsPerDelete));
  return parts;
}
