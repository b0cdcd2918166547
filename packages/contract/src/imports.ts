import * as z from 'zod';
import { empty, id, language, text, time } from './fields.ts';
import { command } from './spec.ts';

const importId = id;
const index = z.int().min(0).describe('by which the caller knows the row');

const verdict = z.strictObject({
  index,
  outcome: z.enum(['changed', 'already', 'refused']),
  reason: z.string().describe('for people'),
});
/** What becomes of a row that is not simply taken. */
export type ImportVerdict = z.infer<typeof verdict>;

const verdicts = z.array(verdict).describe('of the rows that are not simply taken; most rows have none');

/**
 * How accounts and messages of another server come in: page by page into memory, where they are checked, then all at once
 * or not at all. An import that is not finished is forgotten when another begins, and after ten minutes without a word.
 */
export const importCommands = {
  'import.begin': command({
    summary: 'Begin to bring in accounts and messages of another server. An import that was under way is forgotten.',
    role: 'local',
    input: z.strictObject({ source: text.min(1).max(300).describe('what it comes from, for the audit'), language }),
    output: z.strictObject({ importId }),
  }),
  'import.users': command({
    summary: 'A page of accounts. Names that exist are not touched. Before the messages, which may be theirs.',
    role: 'local',
    input: z.strictObject({
      importId,
      users: z
        .array(z.strictObject({ index, name: z.string(), hasPassword: z.boolean(), createdAt: time.optional() }))
        .min(1)
        .max(1_000),
    }),
    output: z.strictObject({ verdicts }),
  }),
  'import.messages': command({
    summary: 'A page of messages, oldest first. Those that an earlier import brought are known by their key and left.',
    role: 'local',
    input: z.strictObject({
      importId,
      messages: z
        .array(
          z.strictObject({
            index,
            author: z.string(),
            channel: z.string().optional().describe('its name; absent in a direct message'),
            to: z.string().optional().describe('to whom alone it was said'),
            content: z.string(),
            at: time,
            key: z
              .string()
              .regex(/^[A-Za-z0-9_-]{22}$/)
              .describe('the same for the same row of the same source, whenever it is brought'),
          }),
        )
        .min(1)
        .max(1_000),
    }),
    output: z.strictObject({ verdicts }),
  }),
  'import.passwords': command({
    summary: 'Password hashes of accounts that were said to have one: Argon2id over the SHA-256 digest of the password.',
    role: 'local',
    input: z.strictObject({
      importId,
      passwords: z
        .array(
          z.strictObject({
            index,
            hash: z
              .string()
              .max(256)
              .regex(/^sha256\+\$argon2id\$v=19\$m=\d{1,6},t=\d,p=\d\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/),
          }),
        )
        .min(1)
        .max(1_000),
    }),
    output: empty,
  }),
  'import.finish': command({
    summary: 'Write all that was taken, or nothing; a dry run writes nothing and says what would be.',
    role: 'local',
    input: z.strictObject({ importId, dryRun: z.boolean().default(false) }),
    output: z.strictObject({
      users: z.int().describe('accounts made'),
      messages: z.int().describe('messages written'),
      channels: z.array(z.string()).describe('names of the channels made'),
      directs: z.int().describe('direct channels made'),
    }),
  }),
};
