import * as z from 'zod';
import { empty, id, time } from './fields.ts';
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
  'settings.show': command({
    summary: 'The settings as they hold, and where each comes from.',
    role: 'admin',
    reads: true,
    input: empty,
    output: z.strictObject({ settings: z.array(setting) }),
  }),
};
