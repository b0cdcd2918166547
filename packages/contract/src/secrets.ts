import * as z from 'zod';
import { command } from './spec.ts';

/** Secrets at rest. */
export const secretCommands = {
  'secret.rotate': command({
    summary: 'Seal all secrets anew with a new key. `forget` drops those that the present key does not open; they are typed again.',
    role: 'local',
    input: z.strictObject({ forget: z.boolean().default(false) }),
    output: z.strictObject({
      keyId: z.string(),
      resealed: z.int(),
      forgotten: z.array(z.string()).describe('what has to be typed again'),
    }),
  }),
};
