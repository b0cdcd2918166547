import type { CompiledQuery, Kysely } from 'kysely';
import type { DeliveryTable, RouteTable, Tables } from '../store/schema.ts';

export async function openRoutes(db: Kysely<Tables>): Promise<RouteTable[]> {
  return await db.selectFrom('route').selectAll().where('removed_at', 'is', null).orderBy('created_at').orderBy('route_id').execute();
}

/** Names of routes, of removed ones too: what was told by them is still shown. */
export async function routeNames(db: Kysely<Tables>): Promise<Map<string, string>> {
  const rows = await db.selectFrom('route').select(['route_id', 'name']).execute();
  return new Map(rows.map(row => [row.route_id, row.name]));
}

/** What signs a route, sealed. */
export async function routeSecret(db: Kysely<Tables>, routeId: string): Promise<string | null> {
  const row = await db.selectFrom('route').select('secret').where('route_id', '=', routeId).executeTakeFirst();
  return row?.secret ?? null;
}

export function updateRouteQuery(db: Kysely<Tables>, routeId: string, changes: Partial<RouteTable>): CompiledQuery {
  return db.updateTable('route').set(changes).where('route_id', '=', routeId).where('removed_at', 'is', null).compile();
}

/** The last delivery of each route. */
export async function lastDeliveries(db: Kysely<Tables>): Promise<Map<string, DeliveryTable>> {
  const rows = await db
    .selectFrom('delivery')
    .selectAll()
    .where('delivery_id', 'in', eb =>
      eb
        .selectFrom('delivery')
        .select(({ fn }) => fn.max('delivery_id').as('last'))
        .groupBy('route_id'),
    )
    .execute();
  return new Map(rows.map(row => [row.route_id, row]));
}
