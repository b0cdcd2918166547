import * as z from 'zod';
import { empty, id, text, time } from './fields.ts';
import { limits } from './limits.ts';
import { missingFact } from './reports.ts';
import { command, event } from './spec.ts';

const intakeState = z.enum(['taken', 'unassigned', 'quarantined', 'discarded']);

const intakeFile = z.strictObject({
  intakeId: id,
  name: z.string().describe('of the file; text from outside'),
  bytes: z.int(),
  at: time.describe('when it was taken up'),
  state: intakeState,
  shape: z.string().nullable().describe('A, B, C, D (nmap’s XML) or 1 (a Harvester’s own)'),
  reason: z.string().nullable().describe('why it was not taken in, in the language of whoever asks'),
  siteId: id.nullable(),
  siteCode: z.string().nullable().describe('the folder in which it lay; text from outside'),
  hint: z.string().nullable().describe('the franchise that the file speaks of, as it writes it'),
  reportIds: z.array(id),
  hosts: z.int().nullable(),
  madeAt: time.nullable().describe('when the scan was made, by the file'),
  doubles: z.int().describe('how often the same came again; it changed nothing'),
});
/** A file that somebody dropped. */
export type IntakeFile = z.infer<typeof intakeFile>;

const outcome = z.strictObject({ file: intakeFile });

/** Report files that were dropped into `inbox/`, or named to `nester import reports`. */
export const intakeCommands = {
  'intake.list': command({
    summary: 'Files that were dropped, newest first.',
    role: 'technician',
    reads: true,
    input: z.strictObject({
      state: intakeState.optional(),
      before: time.optional(),
      limit: z.int().min(1).max(limits.historyPage).default(100),
    }),
    output: z.strictObject({ files: z.array(intakeFile), waiting: z.int().describe('files that quarantine holds, or that have no site') }),
  }),
  'intake.show': command({
    summary: 'A dropped file with the beginning of what is in it.',
    role: 'technician',
    reads: true,
    input: z.strictObject({ intakeId: id }),
    output: z.strictObject({ file: intakeFile, head: z.string().describe('at most 16 KiB; text from outside') }),
  }),
  'intake.assign': command({
    summary: 'Say which site a file belongs to; from then on so do all that speak of the same franchise.',
    role: 'technician',
    input: z.strictObject({ intakeId: id, siteId: id }),
    output: outcome,
  }),
  'intake.retry': command({
    summary: 'Read a file that is in quarantine once more.',
    role: 'technician',
    input: z.strictObject({ intakeId: id, siteId: id.optional() }),
    output: outcome,
  }),
  'intake.discard': command({
    summary: 'Throw a file away that is in quarantine, or has no site.',
    role: 'admin',
    input: z.strictObject({ intakeId: id }),
    output: outcome,
  }),
  'intake.take': command({
    summary: 'Take in the file of that name which the caller has put into inbox/.upload; a dry run writes nothing and says what would be.',
    role: 'local',
    input: z.strictObject({
      upload: z
        .string()
        .regex(/^[0-9a-f]{32}$/)
        .describe('its name there'),
      name: text.min(1).max(255),
      siteCode: text.max(24).optional(),
      dryRun: z.boolean().default(false),
    }),
    output: z.strictObject({
      shape: z.string(),
      siteId: id,
      siteCode: z.string(),
      madeAt: time,
      hosts: z.int(),
      isDouble: z.boolean().describe('it was here already: nothing changed'),
      missing: z.array(missingFact),
    }),
  }),
};

export const intakeEvents = {
  'intake.changed': event({ summary: 'A dropped file was taken up; lists may be read again. Coalesced.', logged: false, body: empty }),
};
