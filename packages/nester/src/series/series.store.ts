import type { CompiledQuery, Kysely } from 'kysely';
import type { Tables, WanRollupTable } from '../store/schema.ts';
import type { Measured, StepMs } from './steps.ts';

const idsPerQuery = 500;
const rowsPerInsert = 100;

/** The reports that were taken in after `after`, up to `upTo`: whose they are and when they were measured. */
export async function reportsTaken(
  db: Kysely<Tables>,
  after: number,
  upTo: number,
  limit: number,
): Promise<{ seq: number; measured: { siteId: string; at: number }[] }> {
  const events = await db
    .selectFrom('event')
    .select(['seq', 'ids'])
    .where('seq', '>', after)
    .where('seq', '<=', upTo)
    .where('name', '=', 'report.accepted')
    .orderBy('seq')
    .limit(limit)
    .execute();
  const ids = events.map(event => (JSON.parse(event.ids) as { reportId: string }).reportId);
  const measured: { siteId: string; at: number }[] = [];
  for (let at = 0; at < ids.length; at += idsPerQuery) {
    const rows = await db
      .selectFrom('report')
      .select(['site_id', 'finished_at'])
      .where('report_id', 'in', ids.slice(at, at + idsPerQuery))
      .execute();
    for (const row of rows) measured.push({ siteId: row.site_id, at: row.finished_at });
  }
  return { seq: events.length < limit ? upTo : events.at(-1)!.seq, measured };
}

/** What was measured at a site in a span, oldest first; of a step, or as measured where that is 0. */
export async function measuredBetween(
  db: Kysely<Tables>,
  { siteId, stepMs, from, to }: { siteId: string; stepMs: StepMs | 0; from: number; to: number },
): Promise<(Measured & { at: number })[]> {
  if (stepMs > 0)
    return await db
      .selectFrom('wan_rollup')
      .selectAll()
      .where('site_id', '=', siteId)
      .where('step_ms', '=', stepMs)
      .where('at', '>=', from)
      .where('at', '<', to)
      .orderBy('at')
      .execute();
  const rows = await db
    .selectFrom('wan_sample')
    .selectAll()
    .where('site_id', '=', siteId)
    .where('at', '>=', from)
    .where('at', '<', to)
    .orderBy('at')
    .execute();
  return rows.map(({ at, target, role, median_ms, min_ms, max_ms, loss }) => ({
    at,
    target,
    role: role ?? 'internet',
    samples: 1,
    median_ms,
    min_ms: min_ms ?? median_ms,
    max_ms: max_ms ?? median_ms,
    loss,
  }));
}

/** The half hours of all sites since a moment, site by site. */
export async function rollupsSince(
  db: Kysely<Tables>,
  stepMs: StepMs,
  since: number,
  siteIds: readonly string[],
): Promise<WanRollupTable[]> {
  return await db
    .selectFrom('wan_rollup')
    .selectAll()
    .where('site_id', 'in', siteIds)
    .where('step_ms', '=', stepMs)
    .where('at', '>=', since)
    .execute();
}

/** Writes rollups, in place of what stood there. */
export function putRollupsQueries(db: Kysely<Tables>, rows: readonly WanRollupTable[]): CompiledQuery[] {
  const queries: CompiledQuery[] = [];
  for (let at = 0; at < rows.length; at += rowsPerInsert)
    queries.push(
      db
        .insertInto('wan_rollup')
        .values(rows.slice(at, at + rowsPerInsert))
        .onConflict(conflict =>
          conflict.columns(['site_id', 'step_ms', 'at', 'target']).doUpdateSet(eb => ({
            role: eb.ref('excluded.role'),
            samples: eb.ref('excluded.samples'),
            median_ms: eb.ref('excluded.median_ms'),
            min_ms: eb.ref('excluded.min_ms'),
            max_ms: eb.ref('excluded.max_ms'),
            loss: eb.ref('excluded.loss'),
          })),
        )
        .compile(),
    );
  return queries;
}

const rolledSetting = 'series.rolledSeq';

/** Up to where in the log reports are in the rollups; undefined: nothing was ever rolled up. */
export async function rolledSeq(db: Kysely<Tables>): Promise<number | undefined> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', rolledSetting).executeTakeFirst();
  return row && Number(row.value);
}

export function putRolledSeqQuery(db: Kysely<Tables>, seq: number): CompiledQuery {
  return db
    .insertInto('setting')
    .values({ name: rolledSetting, value: String(seq) })
    .onConflict(conflict => conflict.column('name').doUpdateSet({ value: String(seq) }))
    .compile();
}

/** Forgets samples, or the rollups of a step, from before a moment; a site at a time, by the key that they lie under. */
export function forgetSamplesQuery(db: Kysely<Tables>, siteId: string, before: number): CompiledQuery {
  return db.deleteFrom('wan_sample').where('site_id', '=', siteId).where('at', '<', before).compile();
}

export function forgetRollupsQuery(db: Kysely<Tables>, siteId: string, stepMs: StepMs, before: number): CompiledQuery {
  return db.deleteFrom('wan_rollup').where('site_id', '=', siteId).where('step_ms', '=', stepMs).where('at', '<', before).compile();
}
