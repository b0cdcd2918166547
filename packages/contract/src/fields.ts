import * as z from 'zod';
import { limits } from './limits.ts';
import { roles } from './roles.ts';

/** Schemas of single fields, shared by the tables of commands and events. */

export const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/, 'an id has only letters, digits, - and _');
/** Text without NUL, which PostgreSQL cannot hold and cannot be asked for. */
export const text = z.string().refine(value => !value.includes('\0'), 'it has a NUL character');
export const seq = z.int().min(0);
/** Beyond the last moment that a `Date` can be, whoever shows it fails. */
const lastMoment = 8_640_000_000_000_000;
export const time = z.int().min(0).max(lastMoment).describe('milliseconds since 1970-01-01 UTC');
export const role = z.enum(roles);
export const language = z.enum(['en', 'fr']);
/** What a person typed as a name. The rules (`userNameProblem`) are checked by the command, which answers with the reason. */
export const typedName = text.max(200);
export const password = z.string().min(1).max(limits.passwordChars);
export const token = z.string().min(8).max(limits.tokenChars);
export const device = text.min(1).max(limits.deviceChars).describe('a stable id that the client chose for this installation');
export const client = text.min(1).max(limits.clientChars).describe('what the program says it is, such as classcord/1.2 (terminal)');
export const nonce = text.min(1).max(limits.nonceChars).describe('chosen by the client; the same (author, device, nonce) is stored once');
export const empty = z.strictObject({});
export const presenceState = z.enum(['online', 'away', 'dnd', 'invisible']);
export type PresenceState = z.infer<typeof presenceState>;
/** What others see: an invisible person looks offline. */
export const seenPresence = z.enum(['online', 'away', 'dnd', 'offline']);
export type SeenPresence = z.infer<typeof seenPresence>;
