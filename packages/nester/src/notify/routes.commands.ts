import { AppError, type CommandRequest, deliveryTrouble, type RouteTarget } from '@aerie/contract';
import type { Ctx, Handlers } from '../context.ts';
import { newId } from '../new-id.ts';
import type { RouteTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { giveUpQuery } from './deliveries.store.ts';
import { deliveryOf, newDelivery } from './deliveries.ts';
import { oneLine } from './one-line.ts';
import type { Shared } from './parts.ts';
import { lastDeliveries, openRoutes, updateRouteQuery } from './routes.store.ts';
import { type RouteRecord, readRoute, routeOf } from './routes.ts';
import { newWebhookSecret, secretPurpose } from './webhook.ts';

type Names = 'route.list' | 'route.create' | 'route.update' | 'route.remove' | 'route.test';
type Fields = CommandRequest<'route.create'>;

/** Each incident asks each of them. */
const mostRoutes = 100;

export function routeCommands(shared: Shared): Handlers<Names> {
  const { book, outbox, secrets } = shared;
  const requireRoute = (routeId: string): RouteRecord => {
    const route = book.get(routeId);
    if (!route) throw new AppError('not_found', { thing: 'route' });
    return route;
  };
  const gone = () => new AppError('not_found', { thing: 'route' });
  return {
    async 'route.list'(ctx) {
      const [rows, last] = [await openRoutes(ctx.db), await lastDeliveries(ctx.db)];
      return { routes: rows.map(row => routeOf(readRoute(row), last.get(row.route_id))) };
    },

    async 'route.create'(ctx, fields) {
      if (book.size >= mostRoutes) throw new AppError('bad_input', { field: 'name', reason: 'too_many_routes', most: mostRoutes });
      requireFitting(shared, fields);
      const routeId = newId();
      const secret = fields.target.kind === 'webhook' ? newWebhookSecret() : null;
      const row: RouteTable = {
        route_id: routeId,
        ...columnsOf(fields),
        secret: secret && secrets.seal(secret, secretPurpose(routeId)),
        created_at: ctx.now(),
        removed_at: null,
      };
      await ctx.commitAct(new Unit().insert('route', row), actOf('route.create', row, fields.target));
      return { route: routeOf(book.keep(row), undefined), secret };
    },

    async 'route.update'(ctx, { routeId, newSecret, ...changes }) {
      const before = requireRoute(routeId);
      const { target, siteIds, groups, row } = before;
      const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<Fields>;
      const fields: Fields = {
        name: row.name,
        on: row.is_on === 1,
        target,
        siteIds: siteIds && [...siteIds],
        groups: groups && [...groups],
        atLeast: row.at_least,
        language: row.language,
        ...given,
      };
      requireFitting(shared, fields);
      const isWebhook = fields.target.kind === 'webhook';
      const secret = isWebhook && (newSecret || row.secret === null) ? newWebhookSecret() : null;
      const columns: Partial<RouteTable> = columnsOf(fields);
      if (secret !== null) columns.secret = secrets.seal(secret, secretPurpose(routeId));
      else if (!isWebhook) columns.secret = null;
      const unit = new Unit().run(updateRouteQuery(ctx.db, routeId, columns), gone());
      if (!fields.on) unit.run(giveUpQuery(ctx.db, routeId, ctx.now(), deliveryTrouble('route_off')));
      await ctx.commitAct(unit, actOf('route.update', { ...row, ...columns }, fields.target));
      const route = book.keep({ ...row, ...columns });
      outbox.hurry(routeId);
      shared.changed();
      return { route: routeOf(route, (await lastDeliveries(ctx.db)).get(routeId)), secret };
    },

    async 'route.remove'(ctx, { routeId }) {
      const { row, target } = requireRoute(routeId);
      const unit = new Unit()
        .run(updateRouteQuery(ctx.db, routeId, { removed_at: ctx.now(), secret: null, is_on: 0 }), gone())
        .run(giveUpQuery(ctx.db, routeId, ctx.now(), deliveryTrouble('route_removed')));
      await ctx.commitAct(unit, actOf('route.remove', row, target));
      book.remove(routeId);
      shared.changed();
      return {};
    },

    async 'route.test'(ctx, { routeId }) {
      const route = requireRoute(routeId);
      const row = await testDelivery(shared, ctx, route);
      return { delivery: deliveryOf(row, route.row.name) };
    },
  };
}

/** Sends a test now, and keeps what became of it. It is not tried again: whoever asked is looking. */
async function testDelivery(shared: Shared, ctx: Ctx, route: RouteRecord) {
  const deliveryId = newId();
  const at = ctx.now();
  const subject = route.row.language === 'fr' ? 'Essai' : 'Test';
  const row = newDelivery({
    deliveryId,
    routeId: route.row.route_id,
    incidentId: null,
    thread: `test:${deliveryId}`,
    what: 'test',
    subject,
    body: {},
    at,
  });
  row.attempts = 1;
  row.next_at = null;
  try {
    const errand = { deliveryId, route, tale: { kind: 'test' }, at } as const;
    const remark = await shared.couriers[route.target.kind].tell(errand, new AbortController().signal);
    row.state = 'sent';
    row.last_error = remark === undefined ? null : oneLine(remark).slice(0, 300);
  } catch (error) {
    row.state = 'failed';
    row.last_error = oneLine((error as Error).message).slice(0, 300);
  }
  row.done_at = ctx.now();
  await ctx.commitAct(new Unit().insert('delivery', row), {
    action: 'route.test',
    subject: route.row.name,
    detail: { routeId: route.row.route_id, state: row.state },
  });
  shared.changed();
  return row;
}

function columnsOf({ name, on, target, siteIds, groups, atLeast, language }: Fields) {
  return {
    name: oneLine(name),
    is_on: on ? 1 : 0,
    target: JSON.stringify(target),
    site_ids: siteIds && JSON.stringify(siteIds),
    groups: groups && JSON.stringify(groups),
    at_least: atLeast,
    language,
  };
}

/** @throws AppError when the route leads nowhere */
function requireFitting({ hasChannel, site }: Shared, { name, target, siteIds }: Fields): void {
  if (oneLine(name) === '') throw new AppError('bad_input', { field: 'name', reason: 'empty' });
  if (target.kind === 'channel' && target.channelId !== null && !hasChannel(target.channelId))
    throw new AppError('not_found', { thing: 'channel' });
  if (siteIds?.some(siteId => !site(siteId))) throw new AppError('not_found', { thing: 'site' });
  if (target.kind !== 'webhook') return;
  const { username, password } = new URL(target.url);
  // It would stand in lists and in the audit; what a webhook proves itself by is the signature.
  if (username !== '' || password !== '') throw new AppError('bad_input', { field: 'target.url', reason: 'password_in_address' });
}

/** Of a webhook the audit names the host alone: the path is often a secret of the other side. */
function actOf(action: string, row: RouteTable, target: RouteTarget) {
  const where =
    target.kind === 'webhook' ? new URL(target.url).host : target.kind === 'mail' ? target.to.join(', ') : (target.channelId ?? '');
  return { action, subject: row.name, detail: { routeId: row.route_id, kind: target.kind, where, on: row.is_on === 1 } };
}
