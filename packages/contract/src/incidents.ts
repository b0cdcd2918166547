import * as z from 'zod';
import { id, time } from './fields.ts';
import { limits } from './limits.ts';
import { command, event } from './spec.ts';

export const incidentRule = z.enum(['probe.silent']);
export const incidentState = z.enum(['open', 'acknowledged', 'resolved']);

export const incident = z.strictObject({
  incidentId: id,
  siteId: id,
  siteCode: z.string(),
  siteName: z.string(),
  rule: incidentRule,
  subject: z.string().describe('what it is about, as people call it: the probe’s machine, a device'),
  state: incidentState,
  openedAt: time,
  acknowledgedAt: time.nullable(),
  acknowledgedBy: z.string().nullable(),
  resolvedAt: time.nullable(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).describe('figures of the rule, such as lastContactAt'),
});
/** An incident as cards and lists show it; the sentence is made from rule and detail in the reader’s language. */
export type Incident = z.infer<typeof incident>;

export const incidentCommands = {
  'incident.list': command({
    summary: 'Incidents, open ones first, then newest first.',
    role: 'technician',
    reads: true,
    input: z.strictObject({ siteId: id.optional(), limit: z.int().min(1).max(limits.historyPage).default(100) }),
    output: z.strictObject({ incidents: z.array(incident) }),
  }),
  'incident.acknowledge': command({
    summary: 'Say that one looks after it.',
    role: 'technician',
    input: z.strictObject({ incidentId: id }),
    output: z.strictObject({ incident }),
  }),
};

export const incidentEvents = {
  'incident.opened': event({ summary: 'Something needs somebody.', logged: true, body: z.strictObject({ incident }) }),
  'incident.updated': event({ summary: 'An incident was acknowledged or resolved.', logged: true, body: z.strictObject({ incident }) }),
};
