import type { IncidentRule, IncidentRules, Severity } from '@aerie/contract';
import type { Observation } from './observation.ts';
import type { Symptom } from './records.ts';

const dayMs = 86_400_000;

/** Rules about Nester itself: no site sets them. */
type CentreRule = Exclude<IncidentRule, keyof IncidentRules>;

/** What is watched at a site, or of Nester itself. */
export type WatchRules = IncidentRules & Partial<Record<CentreRule, { on: boolean; severity: Severity }>>;

const unset = { on: false, severity: 'info' } as const;

/** Whether a rule is watched, and how urgent it is. */
export function settingsOf(rules: WatchRules, rule: IncidentRule): { on: boolean; severity: Severity } {
  return rules[rule] ?? unset;
}

/** What is told once and has no end that could be seen: over after a while. */
const expiry: Partial<Record<IncidentRule, number>> = {
  'device.new': dayMs,
  'device.address': dayMs,
  'port.opened': dayMs,
  'service.changed': dayMs,
  test: 10 * 60_000,
};

/** Only a full scan says something of these. */
const portRules: readonly IncidentRule[] = ['port.opened', 'port.closed', 'service.changed', 'certificate.expiring'];

/** After how long an incident of a rule is over by itself; undefined: never. */
export function expiryOf(rule: IncidentRule): number | undefined {
  return expiry[rule];
}

/** Whether nothing can be known of it while the site's probes are silent. */
export function needsLink(rule: IncidentRule): boolean {
  return rule !== 'probe.silent' && rule !== 'backup.late' && rule !== 'test';
}

/** Whether it is about a device. */
export function isOfDevice(rule: IncidentRule): boolean {
  return rule.startsWith('device.') || portRules.includes(rule);
}

export function needsFullScan(rule: IncidentRule): boolean {
  return portRules.includes(rule);
}

/** Measured again and again: only another measurement says that it is still so. */
export function isMeasured(rule: IncidentRule): boolean {
  return rule === 'wan.latency' || rule === 'wan.loss';
}

/** How long it must last, and be over, before it counts. */
export function forMsOf(rules: WatchRules, rule: IncidentRule): number {
  const settings = settingsOf(rules, rule);
  return 'forMs' in settings ? (settings.forMs as number) : 0;
}

/** Whether a site wants to know of it. */
export function isWatched(rules: WatchRules, { rule, marks = [] }: Pick<Observation, 'rule' | 'marks'>): boolean {
  if (!settingsOf(rules, rule).on) return false;
  if (rule === 'device.gone') {
    const { only } = rules[rule];
    return only === 'all' || marks.includes(only === 'servers' ? 'server' : 'labelled');
  }
  if (rule === 'device.new') return rules[rule].randomMacs || !marks.includes('random_mac');
  return true;
}

/** What a figure of the link says: bad above one threshold, good at or under another, between them neither. */
export function verdictOn(
  figure: number | null,
  { above, clear }: { above: number; clear: number },
): 'bad' | 'good' | 'between' | undefined {
  if (figure === null) return undefined;
  if (figure > above) return 'bad';
  return figure <= clear ? 'good' : 'between';
}

/** Whether it is kept in mind although nobody watches for it now: when somebody does again, nobody would tell it anew. */
export function isKept(rule: IncidentRule): boolean {
  return rule === 'probe.silent' || rule === 'certificate.expiring';
}

/** From when on a symptom counts. Of a certificate that is so many days before its end. */
export function countsFrom(rules: WatchRules, { rule, since, detail }: Pick<Symptom, 'rule' | 'since' | 'detail'>): number {
  if (rule !== 'certificate.expiring') return since + forMsOf(rules, rule);
  return typeof detail.notAfter === 'number' ? detail.notAfter - rules[rule].days * dayMs : Number.POSITIVE_INFINITY;
}
