import * as z from 'zod';
import { empty, id, password, typedName } from './fields.ts';
import { command } from './spec.ts';

/** People without an account, where the server lets them talk. */
export const guestCommands = {
  'guest.enter': command({
    summary:
      'Talk without an account, on the Classcord port, where the server allows it: the connection acts as a guest of that name. Again: another name. With a password: as it was reserved.',
    role: 'anyone',
    guests: true,
    live: true,
    input: z.strictObject({ name: typedName.optional(), password: password.optional() }),
    output: z.strictObject({ guestId: id, name: z.string() }),
  }),
  'guest.reserve': command({
    summary: 'Keep a name for a guest for ten minutes: there are clients that register their guests before they log in.',
    role: 'anyone',
    guests: true,
    live: true,
    input: z.strictObject({ name: typedName, password }),
    output: empty,
  }),
};
