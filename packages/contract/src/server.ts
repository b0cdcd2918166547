import * as z from 'zod';
import { empty } from './fields.ts';
import { limits } from './limits.ts';
import { command } from './spec.ts';

/** What concerns the running server as a whole. */
export const serverCommands = {
  'server.announce': command({
    summary: 'Say something to everybody, as the server, in #général.',
    role: 'admin',
    input: z.strictObject({ content: z.string().min(1, 'it is empty').max(limits.contentChars) }),
    output: empty,
  }),
  'server.stop': command({
    summary: 'Stop the server as a signal would: what was taken is finished, everybody is told.',
    role: 'local',
    input: empty,
    output: empty,
  }),
};
