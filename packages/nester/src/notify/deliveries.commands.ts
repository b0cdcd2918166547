import { AppError } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { Unit } from '../store/unit.ts';
import { deliveryById, deliveryPage, retryQuery } from './deliveries.store.ts';
import { deliveryOf } from './deliveries.ts';
import type { Shared } from './parts.ts';
import { routeNames } from './routes.store.ts';

export function deliveryCommands(shared: Shared): Handlers<'delivery.list' | 'delivery.retry'> {
  const missing = () => new AppError('not_found', { thing: 'delivery' });
  return {
    async 'delivery.list'(ctx, wanted) {
      const [rows, names] = [await deliveryPage(ctx.db, wanted), await routeNames(ctx.db)];
      return { deliveries: rows.map(row => deliveryOf(row, names.get(row.route_id) ?? '?')) };
    },

    async 'delivery.retry'(ctx, { deliveryId }) {
      const row = await deliveryById(ctx.db, deliveryId);
      const route = row && shared.book.get(row.route_id);
      if (!row || !route) throw missing();
      const name = route.row.name;
      // Sent already, or a test, whose moment is over.
      if (row.state === 'sent' || row.what === 'test') return { delivery: deliveryOf(row, name) };
      const unit = new Unit().run(retryQuery(ctx.db, deliveryId, ctx.now()));
      await ctx.commitAct(unit, { action: 'delivery.retry', subject: row.subject, detail: { deliveryId, route: name } });
      shared.outbox.hurry(row.route_id);
      shared.changed();
      return { delivery: deliveryOf((await deliveryById(ctx.db, deliveryId)) ?? row, name) };
    },
  };
}
