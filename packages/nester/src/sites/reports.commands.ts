import { AppError } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import type { Shared } from './parts.ts';
import { reportById, reportsBefore } from './reports.store.ts';
import { summaryOf } from './reports.ts';
import { requireSite } from './sites.commands.ts';

export function reportCommands(shared: Shared): Handlers<'report.list' | 'report.show'> {
  return {
    async 'report.list'(ctx, request) {
      requireSite(shared, request.siteId);
      const rows = await reportsBefore(ctx.db, request);
      return { reports: rows.map(summaryOf) };
    },

    async 'report.show'(ctx, { reportId }) {
      const row = await reportById(ctx.db, reportId);
      if (!row) throw new AppError('not_found', { thing: 'report' });
      return { siteId: row.site_id, summary: summaryOf(row), report: JSON.parse(row.body) };
    },
  };
}
