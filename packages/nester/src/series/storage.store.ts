import type { CommandOutput } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { Store } from '../store/store.ts';
import type { TableName } from '../store/unit.ts';
import { rawKeptMs, steps } from './steps.ts';

type Storage = CommandOutput<'storage.show'>;
type Kind = Storage['kinds'][number];

interface Where {
  kind: Kind['kind'];
  table: TableName;
  at: string;
  keptMs: number | null;
  /** Only rows with that value. */
  only?: { column: string; value: string | number };
}

const day = 86_400_000;

/** What is kept where, and for how long. */
const places: readonly Where[] = [
  { kind: 'messages', table: 'message', at: 'created_at', keptMs: null },
  { kind: 'events', table: 'event', at: 'at', keptMs: null },
  { kind: 'reports', table: 'report', at: 'received_at', keptMs: null, only: { column: 'kind', value: 'full' } },
  { kind: 'sweeps', table: 'report', at: 'received_at', keptMs: 2 * day, only: { column: 'kind', value: 'sweep' } },
  { kind: 'devices', table: 'device', at: 'first_seen_at', keptMs: null },
  { kind: 'device_changes', table: 'device_change', at: 'at', keptMs: 2 * 366 * day },
  { kind: 'wan_raw', table: 'wan_sample', at: 'at', keptMs: rawKeptMs },
  ...(
    [
      ['wan_5m', steps[0]],
      ['wan_1h', steps[2]],
      ['wan_1d', steps[3]],
    ] as const
  ).map(([kind, { stepMs, keptMs }]) => ({
    kind,
    table: 'wan_rollup' as const,
    at: 'at',
    keptMs,
    only: { column: 'step_ms', value: stepMs },
  })),
  { kind: 'incidents', table: 'incident', at: 'opened_at', keptMs: null },
  { kind: 'deliveries', table: 'delivery', at: 'created_at', keptMs: 30 * day },
  { kind: 'intake', table: 'intake', at: 'at', keptMs: null },
  { kind: 'audit', table: 'audit', at: 'at', keptMs: null },
];

/** How much is kept of each kind. Counts whole tables: for a page that is opened now and then. */
export async function storageOf({ read, dialect }: Store): Promise<Storage> {
  const kinds: Kind[] = [];
  for (const { kind, table, at, keptMs, only } of places) {
    let query = (read as unknown as Kysely<Record<string, Record<string, number>>>)
      .selectFrom(table as string)
      .select(eb => [eb.fn.countAll<number>().as('rows'), eb.fn.min<number | null>(at).as('oldest')]);
    if (only) query = query.where(only.column, '=', only.value as number);
    const { rows, oldest } = await query.executeTakeFirstOrThrow();
    kinds.push({ kind, rows: Number(rows), bytes: null, oldestAt: oldest === null ? null : Number(oldest), keptMs });
  }
  const tables = await dialect.tableBytes(read);
  return { databaseBytes: await dialect.bytes(read), kinds: kinds.map(one => ({ ...one, bytes: bytesOf(one, kinds, tables) })) };
}

const tableOf = new Map(places.map(place => [place.kind, place.table]));

/** The bytes of a table are shared out among its kinds by their rows. */
function bytesOf({ kind, rows }: Kind, kinds: readonly Kind[], tables: ReadonlyMap<string, number>): number | null {
  const table = tableOf.get(kind)!;
  const whole = tables.get(table);
  if (whole === undefined) return null;
  const all = kinds.filter(one => tableOf.get(one.kind) === table).reduce((sum, one) => sum + one.rows, 0);
  return all === 0 ? 0 : Math.round((whole * rows) / all);
}
