import type { Incident } from '@aerie/contract';
import type { Storm, Told } from '../incidents/telling.ts';
import { newId } from '../new-id.ts';
import type { Unit } from '../store/unit.ts';
import { isTold, newDelivery } from './deliveries.ts';
import { type RouteRecord, type TellableSite, wantsSeverity, wantsSite } from './routes.ts';
import { stormFor, stormHeadline } from './storms.ts';
import { incidentHeadline } from './words.ts';

interface StageParts {
  /** Routes that were not removed. */
  routes(): Iterable<RouteRecord>;
  site(siteId: string): TellableSite | undefined;
  now(): number;
  /** There is something to be told. */
  wake(): void;
}

/** Adds to a unit what is to be told of an incident: a delivery for each route that wants it, durable with the incident or not at all. */
export function stageIncident(parts: StageParts, unit: Unit, incident: Incident, what: Told): void {
  const { incidentId, siteId, severity } = incident;
  const group = parts.site(siteId)?.group_name ?? '';
  let staged = false;
  for (const route of parts.routes()) {
    if (!wantsSeverity(route, severity) || !wantsSite(route, siteId, group) || !isTold(route, what)) continue;
    staged = true;
    unit.insert(
      'delivery',
      newDelivery({
        deliveryId: newId(),
        routeId: route.row.route_id,
        incidentId,
        thread: `incident:${incidentId}`,
        what,
        subject: incidentHeadline(incident, route.row.language),
        body: {},
        at: parts.now(),
      }),
    );
  }
  if (staged) unit.onSettled(written => written && parts.wake());
}

/** The same for a storm: each route hears of its own sites. */
export function stageStorm(parts: StageParts, unit: Unit, storm: Storm): void {
  let staged = false;
  for (const route of parts.routes()) {
    const own = stormFor(route, storm, siteId => parts.site(siteId)?.group_name ?? '');
    if (!own) continue;
    staged = true;
    unit.insert(
      'delivery',
      newDelivery({
        deliveryId: newId(),
        routeId: route.row.route_id,
        incidentId: null,
        thread: `storm:${storm.stormId}`,
        what: 'storm',
        subject: stormHeadline(own, route.row.language),
        body: own,
        at: parts.now(),
      }),
    );
  }
  if (staged) unit.onSettled(written => written && parts.wake());
}
