import type { Incident } from '@aerie/contract';
import type { CompiledQuery, Kysely } from 'kysely';
import type { IncidentTable, Tables } from '../store/schema.ts';
import { type IncidentRecord, incidentKey } from './machine.ts';

export async function unresolvedIncidents(db: Kysely<Tables>): Promise<IncidentRecord[]> {
  const rows = await db.selectFrom('incident').selectAll().where('open_key', 'is not', null).orderBy('opened_at').execute();
  return rows.map(recordOf);
}

/** Incidents, of one site or of all: those that are not resolved first, then newest first. */
export async function incidentPage(db: Kysely<Tables>, siteId: string | undefined, limit: number): Promise<IncidentRecord[]> {
  const all = db
    .selectFrom('incident')
    .selectAll()
    .orderBy(eb => eb.case().when('open_key', 'is', null).then(1).else(0).end())
    .orderBy('opened_at', 'desc')
    .orderBy('incident_id', 'desc')
    .limit(limit);
  const rows = await (siteId === undefined ? all : all.where('site_id', '=', siteId)).execute();
  return rows.map(recordOf);
}

/** Incidents of a site that were not over before a span and began before its end, oldest first; folded ones are left to their cause. */
export async function incidentsBetween(db: Kysely<Tables>, siteId: string, from: number, to: number): Promise<IncidentRecord[]> {
  const rows = await db
    .selectFrom('incident')
    .selectAll()
    .where('site_id', '=', siteId)
    .where('opened_at', '<', to)
    .where('parent_id', 'is', null)
    .where(eb => eb.or([eb('resolved_at', 'is', null), eb('resolved_at', '>=', from)]))
    .orderBy('opened_at')
    .limit(1_000)
    .execute();
  return rows.map(recordOf);
}

/** A page of incidents by id, which is the order in which they were made. */
export async function incidentsAfter(
  db: Kysely<Tables>,
  which: { siteId?: string | undefined; from?: number | undefined; to?: number | undefined; after?: string | undefined },
  limit: number,
): Promise<IncidentRecord[]> {
  let query = db.selectFrom('incident').selectAll().orderBy('incident_id').limit(limit);
  if (which.siteId !== undefined) query = query.where('site_id', '=', which.siteId);
  if (which.from !== undefined) query = query.where('opened_at', '>=', which.from);
  if (which.to !== undefined) query = query.where('opened_at', '<', which.to);
  if (which.after !== undefined) query = query.where('incident_id', '>', which.after);
  return (await query.execute()).map(recordOf);
}

export async function incidentsByIds(db: Kysely<Tables>, incidentIds: readonly string[]): Promise<Map<string, IncidentRecord>> {
  const found = new Map<string, IncidentRecord>();
  const ids = [...new Set(incidentIds)];
  for (let at = 0; at < ids.length; at += 500) {
    const rows = await db
      .selectFrom('incident')
      .selectAll()
      .where('incident_id', 'in', ids.slice(at, at + 500))
      .execute();
    for (const row of rows) found.set(row.incident_id, recordOf(row));
  }
  return found;
}

/** An incident that is resolved stays so; one that is not there is left alone. */
export function resolveQuery(db: Kysely<Tables>, { incidentId, resolvedAt, detail }: IncidentRecord): CompiledQuery {
  return db
    .updateTable('incident')
    .set({ state: 'resolved', open_key: null, resolved_at: resolvedAt, detail: JSON.stringify(detail) })
    .where('incident_id', '=', incidentId)
    .where('state', '!=', 'resolved')
    .compile();
}

/** Touches no row when somebody was quicker. */
export function acknowledgeQuery(db: Kysely<Tables>, { incidentId, acknowledgedAt, acknowledgedBy }: IncidentRecord): CompiledQuery {
  return db
    .updateTable('incident')
    .set({ state: 'acknowledged', acknowledged_at: acknowledgedAt, acknowledged_by: acknowledgedBy })
    .where('incident_id', '=', incidentId)
    .where('state', '=', 'open')
    .compile();
}

export function rowOf(record: IncidentRecord): IncidentTable {
  return {
    incident_id: record.incidentId,
    site_id: record.siteId,
    rule: record.rule,
    subject_id: record.subjectId,
    subject: record.subject,
    state: record.state,
    open_key: record.state === 'resolved' ? null : incidentKey(record),
    opened_at: record.openedAt,
    acknowledged_at: record.acknowledgedAt,
    acknowledged_by: record.acknowledgedBy,
    resolved_at: record.resolvedAt,
    detail: JSON.stringify(record.detail),
    severity: record.severity,
    assignee_id: record.assigneeId,
    assignee: record.assignee,
    resolved_by: record.resolvedBy,
    parent_id: record.parentId,
    quiet: record.quiet,
    snoozed_until: record.snoozedUntil,
    paused_until: record.pausedUntil,
    firings: record.firings,
    folded: 0,
    told_at: null,
    reminded_at: null,
  };
}

function recordOf(row: IncidentTable): IncidentRecord {
  return {
    incidentId: row.incident_id,
    siteId: row.site_id,
    rule: row.rule as Incident['rule'],
    subjectId: row.subject_id,
    subject: row.subject,
    state: row.state,
    openedAt: row.opened_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
    resolvedAt: row.resolved_at,
    detail: JSON.parse(row.detail),
    severity: row.severity,
    assigneeId: row.assignee_id,
    assignee: row.assignee,
    resolvedBy: row.resolved_by,
    parentId: row.parent_id,
    quiet: row.quiet,
    snoozedUntil: row.snoozed_until,
    pausedUntil: row.paused_until,
    firings: row.firings,
  };
}
