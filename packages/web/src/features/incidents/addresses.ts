import type { IncidentRule, Severity, Site } from '@aerie/contract';
import { centre, namesCentre } from '@aerie/contract/centre';

/** How an incident stands, as one may ask for it; without, all. */
export const incidentStates = ['open', 'acknowledged', 'resolved'] as const;
export type IncidentStates = (typeof incidentStates)[number];

export const severities: readonly Severity[] = ['critical', 'warning', 'info'];

export const incidentRules: readonly IncidentRule[] = [
  'probe.silent',
  'wan.loss',
  'wan.latency',
  'device.gone',
  'device.new',
  'device.address',
  'port.opened',
  'port.closed',
  'service.changed',
  'certificate.expiring',
  'backup.late',
  'test',
];

/** What the address of the incidents may say: which of them, and whether a test is to be raised. */
export interface IncidentsSearch {
  state?: IncidentStates;
  /** The code of one, or of Nester itself. */
  site?: string;
  rule?: IncidentRule;
  severity?: Severity;
  /** Those that I have, or am to see to. */
  mine?: true;
  do?: 'test';
}

/** Nester itself, as the address names it: in capitals, as all codes are. */
export const centreSearch = centre.code.toUpperCase();

/** Whose incidents a code asks for: those of the site that has it, or of Nester itself; undefined when nobody is called so. */
export function placeIdOf(sites: readonly Pick<Site, 'siteId' | 'code'>[], code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  return sites.find(each => each.code === code)?.siteId ?? (namesCentre(code) ? centre.siteId : undefined);
}

type Raw = Record<string, unknown>;

function oneOf<T extends string>(value: unknown, among: readonly T[]): T | undefined {
  return among.find(each => each === value);
}

/** Reads what the address of the incidents says; what it does not know, it leaves out. */
export function incidentsSearch(raw: Raw): IncidentsSearch {
  const fields = {
    state: oneOf(raw.state, incidentStates),
    // A code may be digits alone: then the router reads a number.
    site: typeof raw.site === 'string' || typeof raw.site === 'number' ? String(raw.site).toUpperCase() || undefined : undefined,
    rule: oneOf(raw.rule, incidentRules),
    severity: oneOf(raw.severity, severities),
    mine: raw.mine === true ? (true as const) : undefined,
    do: oneOf(raw.do, ['test'] as const),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Reads the incident that stands beside what an address shows. */
export function besideIncident(raw: Raw): { incident?: string } {
  return typeof raw.incident === 'string' && raw.incident !== '' ? { incident: raw.incident } : {};
}
