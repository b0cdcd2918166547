import * as z from 'zod';
import { empty, id, time } from './fields.ts';
import { incidentRule, severity } from './incident-rules.ts';
import { wanRole } from './reports.ts';
import { command } from './spec.ts';

const wanPoint = z.strictObject({
  at: time.describe('of the beginning of the step'),
  medianMs: z.number().nullable(),
  minMs: z.number().nullable(),
  maxMs: z.number().nullable(),
  loss: z.number().describe('0 to 1'),
});
export type SeriesPoint = z.infer<typeof wanPoint>;

export const seriesCommands = {
  'series.wan': command({
    summary:
      'The WAN of a site, by target, in steps that fit: as measured, five minutes, an hour or a day; with its incidents and maintenance.',
    role: 'technician',
    reads: true,
    input: z.strictObject({
      siteId: id,
      from: time,
      to: time,
      points: z.int().min(10).max(2_000).default(500).describe('at most so many a target'),
    }),
    output: z.strictObject({
      stepMs: z.int().describe('0: as measured'),
      targets: z
        .array(z.strictObject({ target: z.string(), role: wanRole, points: z.array(wanPoint) }))
        .describe('gateway, provider, Internet'),
      incidents: z.array(
        z.strictObject({ incidentId: id, rule: incidentRule, severity, subject: z.string(), openedAt: time, resolvedAt: time.nullable() }),
      ),
      maintenance: z.array(z.strictObject({ title: z.string(), from: time, to: time })),
    }),
  }),
  'storage.show': command({
    summary: 'What Nester keeps: how much of it, since when, and for how long.',
    role: 'admin',
    reads: true,
    input: empty,
    output: z.strictObject({
      databaseBytes: z.int(),
      kinds: z.array(
        z.strictObject({
          kind: z.enum([
            'messages',
            'events',
            'reports',
            'sweeps',
            'devices',
            'device_changes',
            'wan_raw',
            'wan_5m',
            'wan_1h',
            'wan_1d',
            'incidents',
            'deliveries',
            'intake',
            'audit',
          ]),
          rows: z.int(),
          bytes: z.int().nullable().describe('about; null: not known'),
          oldestAt: time.nullable(),
          keptMs: z.int().nullable().describe('null: for ever'),
        }),
      ),
    }),
  }),
};
