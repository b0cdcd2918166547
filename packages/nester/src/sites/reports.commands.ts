import { AppError } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { Handlers } from '../context.ts';
import type { ReportTable, Tables } from '../store/schema.ts';
import type { Shared } from './parts.ts';
import { differencesOf } from './report-differences.ts';
import { reportById, reportsBefore } from './reports.store.ts';
import { jsonOf, keptReport, summaryOf } from './reports.ts';
import { requireSite } from './sites.commands.ts';

export function reportCommands(shared: Shared): Handlers<'report.list' | 'report.show' | 'report.raw' | 'report.compare'> {
  return {
    async 'report.list'(ctx, request) {
      requireSite(shared, request.siteId);
      const rows = await reportsBefore(ctx.db, request);
      return { reports: rows.map(summaryOf) };
    },

    async 'report.show'(ctx, { reportId }) {
      const row = await requireReport(ctx.db, reportId);
      return { siteId: row.site_id, summary: summaryOf(row), report: keptReport(row) };
    },

    async 'report.raw'(ctx, { reportId }) {
      const row = await requireReport(ctx.db, reportId);
      return { content: row.raw ?? jsonOf(row) };
    },

    async 'report.compare'(ctx, { fromReportId, toReportId }) {
      const from = await requireReport(ctx.db, fromReportId);
      const to = await requireReport(ctx.db, toReportId);
      if (from.site_id !== to.site_id) throw new AppError('bad_input', { field: 'toReportId', reason: 'it is of another site' });
      const changes = differencesOf(keptReport(from), keptReport(to));
      return { siteId: from.site_id, from: summaryOf(from), to: summaryOf(to), changes };
    },
  };
}

async function requireReport(db: Kysely<Tables>, reportId: string): Promise<ReportTable> {
  const row = await reportById(db, reportId);
  if (!row) throw new AppError('not_found', { thing: 'report' });
  return row;
}
