import type { Incident } from '@aerie/contract';

/** What somebody saw of a thing that a rule watches. Late observations are not made into these: late is not now. */
export interface Observation {
  siteId: string;
  rule: Incident['rule'];
  /** The thing, by its id: one incident at most is open for each (site, rule, subject). */
  subjectId: string;
  /** The thing, as people call it. */
  subject: string;
  isBad: boolean;
  detail: Incident['detail'];
}
