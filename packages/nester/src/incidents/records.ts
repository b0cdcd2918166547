import type { Incident, IncidentRule, IncidentStep } from '@aerie/contract';
import type { SymptomTable } from '../store/schema.ts';

/** An incident as it is kept: with the id of what it is about, without the site's names, which may change. */
export interface IncidentRecord extends Omit<Incident, 'siteCode' | 'siteName' | 'subjectId'> {
  subjectId: string;
  /** When somebody was first told; null: nobody was. */
  toldAt: number | null;
  remindedAt: number | null;
}

/** What a rule sees wrong now, in a part of a subject. */
export interface Symptom {
  rule: IncidentRule;
  subjectId: string;
  subject: string;
  /** Empty: all of the subject. */
  item: string;
  /** Not for long enough yet; counted in an incident; left alone by people until it is over. */
  state: SymptomTable['state'];
  since: number;
  /** Since when it is over, while that does not count yet. */
  overSince: number | null;
  detail: Incident['detail'];
}

/** A line of an incident's timeline that is to be written. */
export interface NewStep extends Pick<IncidentStep, 'kind' | 'by' | 'text'> {
  incidentId: string;
}

/** What there is one unresolved incident of at most, within a site. */
export function subjectKey({ rule, subjectId }: Pick<IncidentRecord, 'rule' | 'subjectId'>): string {
  return `${rule}:${subjectId}`;
}

/** The same among all sites: what the store keeps unique. */
export function incidentKey(record: Pick<IncidentRecord, 'siteId' | 'rule' | 'subjectId'>): string {
  return `${record.siteId}:${subjectKey(record)}`;
}
