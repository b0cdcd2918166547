import type { RouteTable } from '../store/schema.ts';
import { type RouteRecord, readRoute } from './routes.ts';

/** The routes that were not removed, in memory: they are asked at every change of an incident. */
export class RouteBook {
  readonly #routes = new Map<string, RouteRecord>();

  constructor(rows: readonly RouteTable[]) {
    for (const row of rows) this.keep(row);
  }

  get size(): number {
    return this.#routes.size;
  }

  all(): IterableIterator<RouteRecord> {
    return this.#routes.values();
  }

  get(routeId: string): RouteRecord | undefined {
    return this.#routes.get(routeId);
  }

  keep(row: RouteTable): RouteRecord {
    const record = readRoute(row);
    this.#routes.set(row.route_id, record);
    return record;
  }

  remove(routeId: string): void {
    this.#routes.delete(routeId);
  }
}
