import type { IncidentRule } from '@aerie/contract';

/** What rules ask of a device: whether people named it, whether it offers services, whether it made its MAC up. */
export type DeviceMark = 'labelled' | 'server' | 'random_mac';

/**
 * What somebody saw of a thing that a rule watches. Late observations are not made into these: late is not now.
 *
 * Observers tell changes, once: that it is so, and that it is so no longer. Rules and time decide whether it is an incident.
 * How the link is, reports tell; only that nobody measures it any more is told here, as that it is well.
 * Of ports, an observer tells `port.opened` before `port.closed`: a port that was missed and is back is not a new one.
 */
export interface Observation {
  siteId: string;
  rule: IncidentRule;
  /** The thing, by its id: the probe, the device. One incident at most is open for each (site, rule, subject). */
  subjectId: string;
  /** The thing, as people call it. */
  subject: string;
  /** Of `certificate.expiring`: that there is a certificate; when it ends (`detail.notAfter`) and time decide the rest. */
  isBad: boolean;
  /** Figures for the sentence: `address`, `before` and `after`, `service`, `notAfter`, `lastContactAt`. */
  detail: Record<string, string | number | null>;
  /** The part of the thing that it is about: a port, such as `443/tcp`. Each part begins and ends for itself, in one incident. */
  item?: string;
  marks?: readonly DeviceMark[];
}

/** A fresh report: the site is known again, and so is its link to the Internet. */
export interface FreshReport {
  siteId: string;
  /** Null when it came as a file. */
  probeId: string | null;
  /** The machine that made it, as people call it. */
  machine: string;
  /** A sweep says only who is there. */
  kind: 'full' | 'sweep';
  /** Undefined when it was not measured. */
  wan: { medianMs: number | null; loss: number } | undefined;
}
