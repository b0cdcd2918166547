import { AppError } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { Unit } from '../store/unit.ts';
import { addChange, type ChangeParts } from './changes.ts';
import { incidentPage, incidentsByIds } from './incidents.store.ts';
import { acknowledged } from './machine.ts';
import type { OpenIncidents } from './open-incidents.ts';

export type IncidentNames = 'incident.list' | 'incident.acknowledge';

export function incidentCommands(open: OpenIncidents, parts: ChangeParts): Handlers<IncidentNames> {
  return {
    async 'incident.list'(ctx, { siteId, limit }) {
      const records = await incidentPage(ctx.db, siteId, limit);
      return { incidents: records.map(record => parts.present(record)) };
    },

    async 'incident.acknowledge'(ctx, { incidentId }) {
      const record = open.byId(incidentId) ?? (await incidentsByIds(ctx.db, [incidentId])).get(incidentId);
      if (!record) throw new AppError('not_found', { thing: 'incident' });
      const by = ctx.actor.kind === 'user' ? ctx.actor.name : `(${ctx.actor.kind})`;
      const after = acknowledged(record, by, ctx.now());
      if (!after) return { incident: parts.present(record) };
      const unit = new Unit();
      addChange(unit, parts, after);
      await ctx.commit(unit);
      return { incident: parts.present(after) };
    },
  };
}
