import type { Kysely } from 'kysely';
import type { SiteTable, Tables } from '../store/schema.ts';

type MeasuredSite = Pick<SiteTable, 'code' | 'state' | 'wan_median_ms' | 'wan_loss' | 'devices_up' | 'devices_known'>;

export async function measuredSites(db: Kysely<Tables>): Promise<MeasuredSite[]> {
  return await db
    .selectFrom('site')
    .select(['code', 'state', 'wan_median_ms', 'wan_loss', 'devices_up', 'devices_known'])
    .orderBy('code')
    .execute();
}

/** Probes that may speak, and how many reports they still keep. */
export async function probeFigures(db: Kysely<Tables>): Promise<{ probes: number; spooled: number }> {
  const row = await db
    .selectFrom('probe')
    .select(({ fn }) => [fn.countAll().as('probes'), fn.sum('spool_depth').as('spooled')])
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  return { probes: Number(row.probes), spooled: Number(row.spooled ?? 0) };
}

/** Incidents that are not resolved, by how urgent they are. */
export async function openIncidentCounts(db: Kysely<Tables>): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('incident')
    .select(['severity', ({ fn }) => fn.countAll().as('count')])
    .where('open_key', 'is not', null)
    .groupBy('severity')
    .execute();
  return new Map(rows.map(row => [row.severity, Number(row.count)]));
}

/** Dropped files that wait for somebody, by why. */
export async function intakeCounts(db: Kysely<Tables>): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('intake')
    .select(['state', ({ fn }) => fn.countAll().as('count')])
    .where('state', 'in', ['unassigned', 'quarantined'])
    .groupBy('state')
    .execute();
  return new Map(rows.map(row => [row.state, Number(row.count)]));
}
