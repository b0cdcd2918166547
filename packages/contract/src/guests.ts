import * as z from 'zod';
import { id, typedName } from './fields.ts';
import { command } from './spec.ts';

/** People without an account, where the server lets them talk. */
export const guestCommands = {
  'guest.enter': command({
    summary: 'Talk without an account, where the server allows it: the connection acts as a guest of that name. Again: another name.',
    role: 'anyone',
    guests: true,
    live: true,
    input: z.strictObject({ name: typedName.optional() }),
    output: z.strictObject({ guestId: id, name: z.string() }),
  }),
};
