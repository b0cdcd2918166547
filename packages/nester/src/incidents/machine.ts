import type { Incident } from '@aerie/contract';
import type { Observation } from './observation.ts';

/** An incident as it is kept: with the id of what it is about, without the site's names, which may change. */
export interface IncidentRecord extends Omit<Incident, 'siteCode' | 'siteName' | 'folded' | 'subjectId'> {
  subjectId: string;
}

/** What there is one open incident of at most. */
export function incidentKey({ siteId, rule, subjectId }: Pick<IncidentRecord, 'siteId' | 'rule' | 'subjectId'>): string {
  return `${siteId}:${rule}:${subjectId}`;
}

/**
 * The one step of every rule: what follows from an observation.
 * @param current the incident of that key that is not resolved, if there is one
 * @returns the incident as it is after a change; undefined when the observation changes nothing
 */
export function observed(
  current: IncidentRecord | undefined,
  seen: Observation,
  { at, newId }: { at: number; newId: () => string },
): IncidentRecord | undefined {
  if (current && !seen.isBad) {
    // The figures with which it opened stay: how long it lasted is told from them.
    return { ...current, state: 'resolved', resolvedAt: at, detail: { ...seen.detail, ...current.detail } };
  }
  if (current || !seen.isBad) return undefined;
  const { siteId, rule, subjectId, subject, detail } = seen;
  return {
    incidentId: newId(),
    siteId,
    rule,
    subjectId,
    subject,
    state: 'open',
    openedAt: at,
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    severity: 'critical',
    assigneeId: null,
    assignee: null,
    snoozedUntil: null,
    resolvedBy: null,
    parentId: null,
    firings: 1,
    pausedUntil: null,
    quiet: null,
    detail,
  };
}

/** The incident once somebody looks after it; undefined when somebody does already, or it is over. */
export function acknowledged(current: IncidentRecord, by: string, at: number): IncidentRecord | undefined {
  if (current.state !== 'open') return undefined;
  return { ...current, state: 'acknowledged', acknowledgedAt: at, acknowledgedBy: by };
}
