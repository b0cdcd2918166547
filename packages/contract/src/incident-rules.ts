import * as z from 'zod';

/** What is watched: at sites, and `backup.late` of Nester itself. `test` is raised by hand, to see that people are told. */
export const incidentRule = z.enum([
  'probe.silent',
  'wan.latency',
  'wan.loss',
  'device.gone',
  'device.new',
  'device.address',
  'port.opened',
  'port.closed',
  'service.changed',
  'certificate.expiring',
  'backup.late',
  'test',
]);
export type IncidentRule = z.infer<typeof incidentRule>;

/** How urgent: critical needs somebody now, warning needs somebody today, info is good to know. */
export const severity = z.enum(['critical', 'warning', 'info']);
export type Severity = z.infer<typeof severity>;

const minute = 60_000;
const forMs = z.int().min(0).max(86_400_000).describe('how long it must last before it counts, and be over before it is over');
const on = z.boolean();

/** What makes an incident at a site, and how urgent it is. */
export const incidentRules = z.strictObject({
  'probe.silent': z.strictObject({ on, severity }),
  'wan.latency': z.strictObject({
    on,
    severity,
    aboveMs: z.number().min(1).max(60_000),
    clearMs: z.number().min(1).max(60_000).describe('it is over at or under this'),
    forMs,
  }),
  'wan.loss': z.strictObject({
    on,
    severity,
    above: z.number().min(0).max(1).describe('0 to 1'),
    clear: z.number().min(0).max(1).describe('it is over at or under this'),
    forMs,
  }),
  'device.gone': z.strictObject({ on, severity, forMs, only: z.enum(['all', 'servers', 'labelled']).describe('of which devices') }),
  'device.new': z.strictObject({ on, severity, randomMacs: z.boolean().describe('those with a MAC of their own making too') }),
  'device.address': z.strictObject({ on, severity }),
  'port.opened': z.strictObject({ on, severity }),
  'port.closed': z.strictObject({ on, severity, forMs }),
  'service.changed': z.strictObject({ on, severity }),
  'certificate.expiring': z.strictObject({ on, severity, days: z.int().min(1).max(365) }),
  test: z.strictObject({ on, severity }),
});
export type IncidentRules = z.infer<typeof incidentRules>;

/** What a site watches until somebody says otherwise. */
export const firstIncidentRules: IncidentRules = {
  'probe.silent': { on: true, severity: 'critical' },
  'wan.latency': { on: true, severity: 'warning', aboveMs: 250, clearMs: 150, forMs: 5 * minute },
  'wan.loss': { on: true, severity: 'critical', above: 0.2, clear: 0.05, forMs: 5 * minute },
  'device.gone': { on: true, severity: 'warning', forMs: 10 * minute, only: 'servers' },
  'device.new': { on: true, severity: 'info', randomMacs: false },
  'device.address': { on: false, severity: 'info' },
  'port.opened': { on: true, severity: 'warning' },
  'port.closed': { on: true, severity: 'warning', forMs: 5 * minute },
  'service.changed': { on: true, severity: 'info' },
  'certificate.expiring': { on: true, severity: 'warning', days: 21 },
  test: { on: true, severity: 'info' },
};

/** Reads rules that were kept, perhaps by an older version: what it did not know has its first value. @throws ZodError */
export function keptIncidentRules(json: string): IncidentRules {
  const kept = JSON.parse(json) as Record<string, object>;
  const names = Object.keys(firstIncidentRules) as (keyof IncidentRules)[];
  return incidentRules.parse(Object.fromEntries(names.map(name => [name, { ...firstIncidentRules[name], ...kept[name] }])));
}
