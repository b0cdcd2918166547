import type { Handlers } from '../context.ts';
import type { ChangeParts } from './changes.ts';
import { incidentsAfter } from './incidents.store.ts';

export function incidentExportCommands(parts: Pick<ChangeParts, 'present'>): Handlers<'incident.export'> {
  return {
    async 'incident.export'(ctx, { limit, ...which }) {
      const records = await incidentsAfter(ctx.db, which, limit);
      return { incidents: records.map(record => parts.present(record)), next: records.length < limit ? null : records.at(-1)!.incidentId };
    },
  };
}
