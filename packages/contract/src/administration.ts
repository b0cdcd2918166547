import * as z from 'zod';
import { empty, id, language, time } from './fields.ts';
import { reason } from './moderation.ts';
import { command } from './spec.ts';

const liveConnection = z.strictObject({
  connectionId: id,
  door: z.string().describe('tcp, ws or local'),
  dialect: z.enum(['undecided', 'framed', 'classcord']).describe('classcord is the old wire'),
  address: z.string(),
  agent: z.string().describe('what the client says it is; may be empty'),
  since: time,
  who: z.enum(['anyone', 'guest', 'user', 'probe']),
  userId: id.nullable(),
  name: z.string().describe('of the user, the guest or the probe; else empty'),
  current: z.boolean(),
});
/** A connection that is open now, as administration sees it. */
export type LiveConnectionRecord = z.infer<typeof liveConnection>;

const setting = z.strictObject({
  name: z.string(),
  variable: z.string().describe('the environment variable'),
  value: z.string().describe('as it would be written; what may hold a secret is masked'),
  source: z.enum(['flag', 'environment', 'file', 'default']),
});
export type SettingRecord = z.infer<typeof setting>;

/** What can be taken out as a whole. */
export const exportSubjects = ['users', 'messages', 'audit', 'devices', 'incidents'] as const;
export type ExportSubject = (typeof exportSubjects)[number];

/** What an export takes: the fields of `GET /api/export/<subject>` beside its form. */
export const exportSelection = z.strictObject({
  channelId: id.optional().describe('of messages: those of one channel'),
  siteId: id.optional().describe('of devices and incidents: those of one site'),
  from: time.optional().describe('of messages, the audit and incidents: from this moment on'),
  to: time.optional().describe('of messages, the audit and incidents: before this moment'),
});
export type ExportSelection = z.infer<typeof exportSelection>;

/** How an export is written. */
export const exportForm = z.strictObject({
  format: z.enum(['csv', 'json']).default('csv'),
  language: language.default('en').describe('of the headings in CSV'),
  bom: z.boolean().default(false).describe('begin CSV with a byte order mark, which Excel needs'),
  separator: z
    .enum(['comma', 'semicolon'])
    .default('comma')
    .describe('between cells of CSV; where a comma is the decimal sign, as in France, Excel looks for semicolons'),
});
export type ExportForm = z.infer<typeof exportForm>;

/** What administrators see and do of the running server. */
export const administrationCommands = {
  'user.endSessions': command({
    summary: 'End all of a user’s sessions, on every door.',
    role: 'admin',
    input: z.strictObject({ userId: id }),
    output: empty,
  }),
  'connection.list': command({
    summary: 'Connections that are open now, by door.',
    role: 'admin',
    reads: true,
    input: empty,
    output: z.strictObject({ connections: z.array(liveConnection) }),
  }),
  'connection.close': command({
    summary: 'Close one connection, saying why. For a guest there is nothing else to end.',
    role: 'admin',
    input: z.strictObject({ connectionId: id, reason }),
    output: empty,
  }),
  'export.begin': command({
    summary:
      'Note in the audit that all users, messages, acts, devices or incidents are about to be taken out. `GET /api/export/<subject>` does it itself; a program that reads page by page says so here. Devices and incidents for technicians, the others for administrators.',
    role: 'technician',
    input: exportSelection.extend({ subject: z.enum(exportSubjects), format: z.enum(['csv', 'json']) }),
    output: empty,
  }),
  'settings.show': command({
    summary: 'The settings as they hold, and where each comes from.',
    role: 'admin',
    reads: true,
    input: empty,
    output: z.strictObject({ settings: z.array(setting) }),
  }),
};
