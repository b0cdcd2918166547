import type { CommandRequest, Incident } from '@aerie/contract';
import type { CompiledQuery, Kysely } from 'kysely';
import { textOnce } from '../store/prepared.ts';
import type { IncidentTable, Tables } from '../store/schema.ts';
import { type IncidentRecord, incidentKey } from './records.ts';

export async function unresolvedIncidents(db: Kysely<Tables>): Promise<IncidentRecord[]> {
  const rows = await db.selectFrom('incident').selectAll().where('open_key', 'is not', null).orderBy('opened_at').execute();
  return rows.map(recordOf);
}

/** Incidents that are asked for: those that are not over first, the worst of them first; then the newest. */
export async function incidentPage(db: Kysely<Tables>, which: CommandRequest<'incident.list'>): Promise<IncidentRecord[]> {
  let query = db
    .selectFrom('incident')
    .selectAll()
    .orderBy(eb => eb.case().when('open_key', 'is', null).then(1).else(0).end())
    .orderBy(eb =>
      eb
        .case()
        .when('open_key', 'is', null)
        .then(0)
        .when('severity', '=', 'critical')
        .then(1)
        .when('severity', '=', 'warning')
        .then(2)
        .else(3)
        .end(),
    )
    .orderBy('opened_at', 'desc')
    .orderBy('incident_id', 'desc')
    .limit(which.limit);
  if (which.siteId !== undefined) query = query.where('site_id', '=', which.siteId);
  if (which.state !== 'all') query = query.where('open_key', which.state === 'resolved' ? 'is' : 'is not', null);
  if (which.rule !== undefined) query = query.where('rule', '=', which.rule);
  if (which.severity !== undefined) query = query.where('severity', '=', which.severity);
  if (which.assigneeId !== undefined) query = query.where('assignee_id', '=', which.assigneeId);
  if (which.subjectId !== undefined) query = query.where('subject_id', '=', which.subjectId);
  if (which.before !== undefined) query = query.where('opened_at', '<', which.before);
  if (!which.folded) query = query.where('parent_id', 'is', null);
  return (await query.execute()).map(recordOf);
}

/** What is folded under an incident, oldest first. */
export async function foldedUnder(db: Kysely<Tables>, incidentId: string, limit: number): Promise<IncidentRecord[]> {
  const rows = await db
    .selectFrom('incident')
    .selectAll()
    .where('parent_id', '=', incidentId)
    .orderBy('opened_at')
    .orderBy('incident_id')
    .limit(limit)
    .execute();
  return rows.map(recordOf);
}

/** What began lately, oldest first: for those that come and go. */
export async function begunSince(
  db: Kysely<Tables>,
  since: number,
): Promise<Pick<IncidentTable, 'site_id' | 'rule' | 'subject_id' | 'opened_at' | 'paused_until'>[]> {
  return await db
    .selectFrom('incident')
    .select(['site_id', 'rule', 'subject_id', 'opened_at', 'paused_until'])
    .where('opened_at', '>', since)
    .orderBy('opened_at')
    .execute();
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

/**
 * Brings a row up to date: the columns that changed, since others would have their indexes written anew. An incident that is
 * resolved stays as it is; one that is not there is left alone.
 * @returns undefined when nothing changed
 */
export function updateQuery(db: Kysely<Tables>, before: IncidentRecord, record: IncidentRecord): CompiledQuery | undefined {
  const was = rowOf(before);
  const changed = Object.entries(rowOf(record)).filter(([column, value]) => was[column as keyof IncidentTable] !== value);
  if (changed.length === 0) return undefined;
  const names = changed.map(([column]) => column);
  const values = changed.map(([, value]) => value);
  return textOnce(db, `update incident ${names.join()}`, [...values, record.incidentId, 'resolved'], () =>
    db
      .updateTable('incident')
      .set(Object.fromEntries(changed))
      .where('incident_id', '=', record.incidentId)
      .where('state', '!=', 'resolved')
      .compile(),
  );
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
    folded: record.folded,
    told_at: record.toldAt,
    reminded_at: record.remindedAt,
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
    folded: row.folded,
    toldAt: row.told_at,
    remindedAt: row.reminded_at,
  };
}
