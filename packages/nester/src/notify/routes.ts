import type { Route, RouteTarget, Severity } from '@aerie/contract';
import type { DeliveryTable, RouteTable } from '../store/schema.ts';

/** A route as it is kept, read. */
export interface RouteRecord {
  row: RouteTable;
  target: RouteTarget;
  siteIds: readonly string[] | null;
  groups: readonly string[] | null;
}

/** What a route asks of a site before it tells of it. */
export interface TellableSite {
  code: string;
  name: string;
  group_name: string;
  /** IANA name. */
  zone: string;
  channel_id: string | null;
}

const urgency: Record<Severity, number> = { info: 0, warning: 1, critical: 2 };

export function readRoute(row: RouteTable): RouteRecord {
  return {
    row,
    target: JSON.parse(row.target),
    siteIds: row.site_ids === null ? null : JSON.parse(row.site_ids),
    groups: row.groups === null ? null : JSON.parse(row.groups),
  };
}

/** Whether a route that is on wants to hear of a site: of all, or of those that are named or whose group is. */
export function wantsSite({ row, siteIds, groups }: RouteRecord, siteId: string, group: string): boolean {
  if (row.is_on === 0) return false;
  if (siteIds === null && groups === null) return true;
  return siteIds?.includes(siteId) === true || groups?.includes(group) === true;
}

/** Whether a route wants to hear of what is so urgent. */
export function wantsSeverity({ row }: RouteRecord, severity: Severity): boolean {
  return urgency[severity] >= urgency[row.at_least];
}

/** A route as administration shows it. */
export function routeOf({ row, target, siteIds, groups }: RouteRecord, last: DeliveryTable | undefined): Route {
  return {
    routeId: row.route_id,
    name: row.name,
    on: row.is_on === 1,
    target,
    siteIds: siteIds && [...siteIds],
    groups: groups && [...groups],
    atLeast: row.at_least,
    language: row.language,
    hasSecret: row.secret !== null,
    createdAt: row.created_at,
    last: last ? { state: last.state, at: last.done_at ?? last.created_at, error: last.last_error } : null,
  };
}
