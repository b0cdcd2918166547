import type { EventFrame, Incident, Severity } from '@aerie/contract';
import type { IncidentsSearch } from './addresses.ts';

/** Whether it still needs an end. */
export function isOngoing(incident: Incident): boolean {
  return incident.state !== 'resolved';
}

const severityRank: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };

/** Ongoing ones first, the worst of them first, and those that nobody has before the others; then the newest. */
export function worstFirst(incidents: readonly Incident[]): Incident[] {
  const rank = { open: 0, acknowledged: 1, resolved: 2 };
  const weight = (incident: Incident) =>
    isOngoing(incident) ? severityRank[incident.severity] * 2 + rank[incident.state] : Number.POSITIVE_INFINITY;
  return incidents.toSorted((a, b) => {
    const [left, right] = [weight(a), weight(b)];
    return left === right ? b.openedAt - a.openedAt : left - right;
  });
}

/** Which incidents a page asks for. */
export type Wanted = Pick<IncidentsSearch, 'state' | 'rule' | 'severity' | 'mine'> & { siteId?: string };

/** Whether an incident stands in a list by itself, and is one of those that are asked for. */
export function isWanted(incident: Incident, wanted: Wanted, me: { userId: string; name: string }): boolean {
  return (
    incident.parentId === null &&
    (wanted.state === undefined || incident.state === wanted.state) &&
    (wanted.siteId === undefined || incident.siteId === wanted.siteId) &&
    (wanted.rule === undefined || incident.rule === wanted.rule) &&
    (wanted.severity === undefined || incident.severity === wanted.severity) &&
    (!wanted.mine || isMine(incident, me))
  );
}

/** Whether somebody is to see to an incident; when nobody is named, whoever acknowledged it is. */
function isMine({ assigneeId, acknowledgedBy }: Incident, me: { userId: string; name: string }): boolean {
  return assigneeId === null ? acknowledgedBy === me.name : assigneeId === me.userId;
}

/** The list after an event; the same object when the event does not touch it. */
export function incidentsAfter(incidents: readonly Incident[], frame: EventFrame): readonly Incident[] {
  if (frame.event !== 'incident.opened' && frame.event !== 'incident.updated') return incidents;
  const { incident } = frame;
  const at = incidents.findIndex(each => each.incidentId === incident.incidentId);
  if (at < 0) return [incident, ...incidents];
  return isOlder(incident, incidents[at]!) ? incidents : incidents.with(at, incident);
}

/** An incident only goes on: open, acknowledged, resolved. An answer may come before the event of an earlier step. */
function isOlder(a: Incident, b: Incident): boolean {
  return (a.resolvedAt === null && b.resolvedAt !== null) || (a.acknowledgedAt === null && b.acknowledgedAt !== null);
}

/** Of two tellings of the same incident, the later one. */
export function laterOf(a: Incident, b: Incident | undefined): Incident {
  return b && b.incidentId === a.incidentId && isOlder(a, b) ? b : a;
}
