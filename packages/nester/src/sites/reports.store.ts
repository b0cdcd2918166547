import type { CompiledQuery, Kysely } from 'kysely';
import type { ReportTable, Tables } from '../store/schema.ts';

/** A report without its body. */
export type ReportRow = Omit<ReportTable, 'body' | 'packed' | 'raw'>;

const summaryColumns = [
  'report_id',
  'site_id',
  'probe_id',
  'scanner',
  'kind',
  'version',
  'started_at',
  'finished_at',
  'received_at',
  'hosts_up',
  'open_ports',
  'late',
  'file',
  'shape',
] as const;

export async function reportById(db: Kysely<Tables>, reportId: string): Promise<ReportTable | undefined> {
  return await db.selectFrom('report').selectAll().where('report_id', '=', reportId).executeTakeFirst();
}

/** The newest report of a site, whole scan or sweep, by when it ended. */
export async function newestReport(db: Kysely<Tables>, siteId: string): Promise<ReportTable | undefined> {
  return await db
    .selectFrom('report')
    .selectAll()
    .where('site_id', '=', siteId)
    .orderBy('finished_at', 'desc')
    .orderBy('report_id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** The probe that sent a report, and the site that it is of; undefined when there is no such report. */
export async function senderOf(db: Kysely<Tables>, reportId: string): Promise<Pick<ReportTable, 'probe_id' | 'site_id'> | undefined> {
  return await db.selectFrom('report').select(['probe_id', 'site_id']).where('report_id', '=', reportId).executeTakeFirst();
}

/** Forgets the sweeps that came before a time: what they said is in devices and series, and there is one a minute. */
export function forgetSweepsQuery(db: Kysely<Tables>, before: number): CompiledQuery {
  return db.deleteFrom('report').where('kind', '=', 'sweep').where('received_at', '<', before).compile();
}

/** Up to `limit` reports of a site that ended before `before`, newest first. */
export async function reportsBefore(
  db: Kysely<Tables>,
  { siteId, sweeps, before, limit }: { siteId: string; sweeps: boolean; before?: number | undefined; limit: number },
): Promise<ReportRow[]> {
  let all = db
    .selectFrom('report')
    .select(summaryColumns)
    .where('site_id', '=', siteId)
    .orderBy('finished_at', 'desc')
    .orderBy('report_id', 'desc')
    .limit(limit);
  if (!sweeps) all = all.where('kind', '=', 'full');
  return await (before === undefined ? all : all.where('finished_at', '<', before)).execute();
}
