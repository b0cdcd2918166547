import * as z from 'zod';
import { id, seq, text, time } from './fields.ts';
import { incidentRule, severity } from './incident-rules.ts';
import { limits } from './limits.ts';
import { command, event } from './spec.ts';

export const incidentState = z.enum(['open', 'acknowledged', 'resolved']);

export const incident = z.strictObject({
  incidentId: id,
  siteId: id.describe('`nester`: it is about Nester itself'),
  siteCode: z.string(),
  siteName: z.string(),
  rule: incidentRule,
  severity,
  subject: z.string().describe('what it is about, as people call it: the probe’s machine, a device'),
  subjectId: id.nullable().describe('of the device or the probe'),
  state: incidentState,
  openedAt: time,
  acknowledgedAt: time.nullable(),
  acknowledgedBy: z.string().nullable(),
  assigneeId: id.nullable(),
  assignee: z.string().nullable().describe('who is to see to it'),
  snoozedUntil: time.nullable().describe('until then nobody is reminded'),
  resolvedAt: time.nullable(),
  resolvedBy: z.string().nullable().describe('the person; null: it was over by itself'),
  parentId: id.nullable().describe('the incident under which it is folded: that one is the cause'),
  folded: z.int().describe('how many are folded under it'),
  firings: z.int().describe('how often it began within two hours'),
  pausedUntil: time.nullable().describe('it came and went too often: until then it is recorded, and nobody is told'),
  quiet: z.enum(['maintenance', 'folded', 'paused', 'storm']).nullable().describe('why nobody was told'),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).describe('figures of the rule, such as lastContactAt'),
});
/** An incident as cards and lists show it; the sentence is made from rule and detail in the reader’s language. */
export type Incident = z.infer<typeof incident>;

const incidentStep = z.strictObject({
  stepId: id,
  at: time,
  kind: z.enum([
    'opened',
    'acknowledged',
    'assigned',
    'snoozed',
    'woken',
    'noted',
    'folded',
    'unfolded',
    'paused',
    'resumed',
    'told',
    'not_told',
    'resolved',
  ]),
  by: z.string().nullable().describe('the person, where one did it'),
  text: z
    .string()
    .nullable()
    .describe(
      'a note; to whom it was assigned; until when it sleeps, in milliseconds; what explains it; as `quiet` says, why nobody was told',
    ),
});
/** One line of an incident’s timeline. */
export type IncidentStep = z.infer<typeof incidentStep>;

const note = text.max(limits.notesChars).optional().describe('for the timeline');
const changed = z.strictObject({ incident });

export const incidentCommands = {
  'incident.list': command({
    summary: 'Incidents: those that are not over first, the worst first; then newest first. Folded ones stand under their cause.',
    role: 'technician',
    reads: true,
    input: z.strictObject({
      siteId: id.optional(),
      state: z.enum(['all', 'unresolved', 'resolved']).default('all'),
      rule: incidentRule.optional(),
      severity: severity.optional(),
      assigneeId: id.optional(),
      subjectId: id.optional(),
      folded: z.boolean().default(false).describe('those under another one too'),
      before: time.optional().describe('opened before that moment'),
      limit: z.int().min(1).max(limits.historyPage).default(100),
    }),
    output: z.strictObject({ incidents: z.array(incident) }),
  }),
  'incident.show': command({
    summary: 'An incident, its timeline (oldest first) and what is folded under it.',
    role: 'technician',
    reads: true,
    input: z.strictObject({ incidentId: id }),
    output: z.strictObject({
      seq,
      incident,
      steps: z.array(incidentStep),
      folded: z.array(incident),
      parent: incident.nullable(),
      deliveries: z.array(
        z.strictObject({
          deliveryId: id,
          routeName: z.string(),
          state: z.enum(['waiting', 'sent', 'failed']),
          at: time,
          error: z.string().nullable(),
        }),
      ),
    }),
  }),
  'incident.acknowledge': command({
    summary: 'Say that one looks after it.',
    role: 'technician',
    input: z.strictObject({ incidentId: id, note }),
    output: changed,
  }),
  'incident.assign': command({
    summary: 'Say who is to see to it; null: nobody in particular.',
    role: 'technician',
    input: z.strictObject({ incidentId: id, userId: id.nullable() }),
    output: changed,
  }),
  'incident.snooze': command({
    summary: 'Be left alone with it until a moment; null: no longer.',
    role: 'technician',
    input: z.strictObject({ incidentId: id, until: time.nullable() }),
    output: changed,
  }),
  'incident.note': command({
    summary: 'Write a note into the timeline.',
    role: 'technician',
    input: z.strictObject({ incidentId: id, text: text.min(1).max(limits.notesChars) }),
    output: changed,
  }),
  'incident.resolve': command({
    summary: 'Say that it is over: for what is not over by itself, such as a new device.',
    role: 'technician',
    input: z.strictObject({ incidentId: id, note }),
    output: changed,
  }),
  'incident.export': command({
    summary: 'A page of all incidents, folded ones too, by id (oldest first), for programs that take them out.',
    role: 'technician',
    reads: true,
    input: z.strictObject({
      siteId: id.optional(),
      from: time.optional().describe('opened from this moment on'),
      to: time.optional().describe('opened before this moment'),
      after: id.optional(),
      limit: z.int().min(1).max(500).default(500),
    }),
    output: z.strictObject({ incidents: z.array(incident), next: id.nullable().describe('to be given as `after`; null: that was all') }),
  }),
  'incident.test': command({
    summary:
      'Raise a test incident at a site, to see that people are told. It is over by itself after ten minutes, and one account raises ten within these.',
    role: 'technician',
    input: z.strictObject({ siteId: id }),
    output: changed,
  }),
};

export const incidentEvents = {
  'incident.opened': event({ summary: 'Something needs somebody.', logged: true, body: z.strictObject({ incident }) }),
  'incident.updated': event({
    summary: 'An incident changed: its state, who has it, its timeline.',
    logged: true,
    body: z.strictObject({ incident }),
  }),
};
