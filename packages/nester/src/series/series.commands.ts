import { AppError, type CommandOutput } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { keepJson } from '../kept-json.ts';
import type { Curves24h } from './curves.ts';
import type { SeriesParts } from './room.ts';
import { measuredBetween } from './series.store.ts';
import { stepFor } from './steps.ts';
import { storageOf } from './storage.store.ts';

export type SeriesNames = 'series.wan' | 'site.curves' | 'storage.show';

type Target = CommandOutput<'series.wan'>['targets'][number];

/** The small curves of all sites are made into text once in this time, however many look. */
const curvesKeptMs = 30_000;
const longestSpanMs = 11 * 366 * 86_400_000;
/** What comes every week is told of no longer than this in advance. */
const aheadMs = 366 * 86_400_000;
const order: readonly Target['role'][] = ['gateway', 'provider', 'internet'];

export function seriesCommands(parts: SeriesParts, curves: Curves24h): Handlers<SeriesNames> {
  let shown: { at: number; curves: CommandOutput<'site.curves'> } | undefined;
  return {
    async 'series.wan'(ctx, { siteId, from, to, points }) {
      if (!parts.siteIds().includes(siteId)) throw new AppError('not_found', { thing: 'site' });
      if (from >= to) throw new AppError('bad_input', { field: 'to', reason: 'it is not after `from`' });
      if (to - from > longestSpanMs) throw new AppError('bad_input', { field: 'from', reason: 'the span is longer than eleven years' });
      const stepMs = stepFor({ from, to, points, now: ctx.now() });
      const ahead = ctx.now() + aheadMs;
      const [measured, incidents, maintenance] = await Promise.all([
        measuredBetween(parts.store.read, { siteId, stepMs, from: from - stepMs, to }),
        parts.incidentsBetween(siteId, from, to),
        from < ahead ? parts.maintenanceBetween(siteId, from, Math.min(to, ahead)) : [],
      ]);
      const targets = [...Map.groupBy(measured, one => one.target)].map(
        ([target, own]): Target => ({
          target,
          role: own.at(-1)!.role as Target['role'],
          points: own.map(one => ({ at: one.at, medianMs: one.median_ms, minMs: one.min_ms, maxMs: one.max_ms, loss: one.loss })),
        }),
      );
      targets.sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role) || a.target.localeCompare(b.target));
      return { stepMs, targets, incidents, maintenance };
    },

    'site.curves'(ctx) {
      const now = ctx.now();
      if (!shown || now - shown.at >= curvesKeptMs || now < shown.at) shown = { at: now, curves: keepJson(curves.show(now)) };
      return shown.curves;
    },

    'storage.show': () => storageOf(parts.store),
  };
}
