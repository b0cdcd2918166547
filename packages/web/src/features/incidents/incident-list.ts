import type { EventFrame, Incident } from '@aerie/contract';

/** Whether it still needs an end. */
export function isOngoing(incident: Incident): boolean {
  return incident.state !== 'resolved';
}

/** Ongoing ones first, those that nobody has before the others; then the newest. */
export function openFirst(incidents: readonly Incident[]): Incident[] {
  const rank = { open: 0, acknowledged: 1, resolved: 2 };
  return incidents.toSorted((a, b) => rank[a.state] - rank[b.state] || b.openedAt - a.openedAt);
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
