import type { Kysely } from 'kysely';
import type { ReportTable, Tables } from '../store/schema.ts';

/** A report without its body. */
export type ReportRow = Omit<ReportTable, 'body'>;

const summaryColumns = [
  'report_id',
  'site_id',
  'probe_id',
  'scanner',
  'version',
  'started_at',
  'finished_at',
  'received_at',
  'hosts_up',
  'open_ports',
  'late',
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

/** The probe that sent a report; undefined when there is no such report. */
export async function senderOf(db: Kysely<Tables>, reportId: string): Promise<string | undefined> {
  const row = await db.selectFrom('report').select('probe_id').where('report_id', '=', reportId).executeTakeFirst();
  return row?.probe_id;
}

/** Up to `limit` reports of a site that ended before `before`, newest first. */
export async function reportsBefore(db: Kysely<Tables>, siteId: string, before: number | undefined, limit: number): Promise<ReportRow[]> {
  const all = db
    .selectFrom('report')
    .select(summaryColumns)
    .where('site_id', '=', siteId)
    .orderBy('finished_at', 'desc')
    .orderBy('report_id', 'desc')
    .limit(limit);
  return await (before === undefined ? all : all.where('finished_at', '<', before)).execute();
}
