import * as z from 'zod';
import { id, text, time } from './fields.ts';
import { scanWindow } from './reports.ts';
import { command, event } from './spec.ts';

const localMoment = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$/, 'a local time, such as 2026-11-29T02:30')
  .describe('on the clocks of the site');

/** When: once, or every week; always on the clocks of each site. */
const maintenanceTimes = z.union([
  z.strictObject({ once: z.strictObject({ from: localMoment, to: localMoment }) }),
  z.strictObject({ weekly: scanWindow }),
]);

export const maintenance = z.strictObject({
  maintenanceId: id,
  title: z.string(),
  siteIds: z.array(id).nullable().describe('null: all sites'),
  times: maintenanceTimes,
  createdBy: z.string(),
  createdAt: time,
  next: z
    .strictObject({ from: time, to: time })
    .nullable()
    .describe('under way or to come, at the first of its sites that has it; null: over'),
});
/** A time in which incidents are recorded, not told. */
export type Maintenance = z.infer<typeof maintenance>;

export const maintenanceCommands = {
  'maintenance.list': command({
    summary: 'Maintenance under way and to come; of one site or of all.',
    role: 'technician',
    reads: true,
    input: z.strictObject({ siteId: id.optional(), past: z.boolean().default(false).describe('what is over too') }),
    output: z.strictObject({ maintenance: z.array(maintenance) }),
  }),
  'maintenance.create': command({
    summary: 'Announce maintenance: its incidents are recorded, and nobody is told.',
    role: 'technician',
    input: z.strictObject({ title: text.min(1).max(120), siteIds: z.array(id).min(1).max(2_000).nullable(), times: maintenanceTimes }),
    output: z.strictObject({ maintenance }),
  }),
  'maintenance.end': command({
    summary: 'End maintenance now, or call off what is to come.',
    role: 'technician',
    input: z.strictObject({ maintenanceId: id }),
    output: z.strictObject({ maintenance }),
  }),
};

export const maintenanceEvents = {
  'maintenance.changed': event({
    summary: 'Maintenance was announced or ended; lists may be read again.',
    logged: false,
    body: z.strictObject({}),
  }),
};
