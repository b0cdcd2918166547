import { AppError, type Maintenance, type maintenanceCommands as specs } from '@aerie/contract';
import type { Bus } from '../bus/bus.ts';
import type { Ctx, Handlers } from '../context.ts';
import { newId } from '../new-id.ts';
import { Unit } from '../store/unit.ts';
import type { Calendar, CalendarParts } from './calendar.ts';
import { endQuery, type MaintenanceRecord, rowOf } from './maintenance.store.ts';
import { localOf } from './spans.ts';

export interface CommandParts extends CalendarParts {
  bus: Bus;
  calendar: Calendar;
}

export function maintenanceCommands(parts: CommandParts): Handlers<keyof typeof specs> {
  const { bus, calendar } = parts;
  const changed = () => bus.publish('whispered', { topic: 'sites', event: 'maintenance.changed', body: {} });

  return {
    async 'maintenance.list'(ctx, { siteId, past }) {
      const all = calendar.records(siteId).map(record => calendar.present(record, ctx.now()));
      const shown = all.filter(({ next }) => past || next !== null);
      return { maintenance: shown.sort((a, b) => (a.next?.from ?? Number.MAX_VALUE) - (b.next?.from ?? Number.MAX_VALUE)) };
    },

    async 'maintenance.create'(ctx, { title: typed, siteIds, times }) {
      const title = typed.trim();
      if (title === '') throw new AppError('bad_input', { field: 'title', reason: 'empty' });
      for (const siteId of siteIds ?? []) if (parts.zone(siteId) === undefined) throw new AppError('not_found', { thing: 'site' });
      requireTimes(times);
      const record: MaintenanceRecord = {
        maintenanceId: newId(),
        title,
        siteIds: siteIds && [...new Set(siteIds)],
        times,
        createdBy: byOf(ctx),
        createdAt: ctx.now(),
        endedAt: null,
      };
      const maintenance = calendar.present(record, ctx.now());
      if (maintenance.next === null) throw new AppError('bad_input', { field: 'times', reason: 'over' });
      const unit = new Unit().insert('maintenance', rowOf(record)).onSettled(written => {
        if (written) calendar.put(record);
      });
      const { maintenanceId } = record;
      await ctx.commitAct(unit, {
        action: 'maintenance.create',
        subject: title,
        detail: { maintenanceId, times: JSON.stringify(times), sites: siteIds?.length ?? 'all' },
      });
      changed();
      return { maintenance };
    },

    async 'maintenance.end'(ctx, { maintenanceId }) {
      const record = calendar.get(maintenanceId);
      if (!record) throw new AppError('not_found', { thing: 'maintenance' });
      if (record.endedAt !== null) return { maintenance: calendar.present(record, ctx.now()) };
      const ended = { ...record, endedAt: ctx.now() };
      const unit = new Unit().run(endQuery(ctx.db, maintenanceId, ended.endedAt), new AppError('conflict')).onSettled(written => {
        if (written) calendar.put(ended);
      });
      await ctx.commitAct(unit, { action: 'maintenance.end', subject: record.title, detail: { maintenanceId } });
      changed();
      return { maintenance: calendar.present(ended, ctx.now()) };
    },
  };
}

/** @throws AppError `bad_input` when no calendar has such a time, or it ends before it begins */
function requireTimes(times: Maintenance['times']): void {
  if (!('once' in times)) return;
  const [from, to] = [localOf(times.once.from), localOf(times.once.to)];
  if (Number.isNaN(from) || Number.isNaN(to)) throw new AppError('bad_input', { field: 'times', reason: 'no_such_day' });
  if (to <= from) throw new AppError('bad_input', { field: 'times', reason: 'ends_first' });
}

function byOf({ actor }: Pick<Ctx, 'actor'>): string {
  return actor.kind === 'user' ? actor.name : `(${actor.kind})`;
}
