import * as z from 'zod';
import { empty, id, text, time } from './fields.ts';
import { limits } from './limits.ts';
import { command } from './spec.ts';

export const reason = text.max(limits.reasonChars).default('').describe('told to the person, announced and kept in the audit');
const minutes = z.int().min(1).max(limits.sanctionMinutes);

const sanction = z.strictObject({
  sanctionId: id,
  kind: z.enum(['mute', 'ban']),
  userId: id.nullable(),
  name: z.string().describe('of the user, or the address or network (CIDR)'),
  network: z.string().nullable().describe('of a ban by address, canonical: 192.0.2.7/32'),
  reason: z.string(),
  createdAt: time,
  createdBy: z.string(),
  until: time,
  liftedAt: time.nullable(),
});
/** A mute or a ban. It runs until `until`, unless it was lifted before. */
export type Sanction = z.infer<typeof sanction>;

/** What administrators may do to people who disturb. Audited, announced, and in force on every door at once. */
export const moderationCommands = {
  'user.kick': command({
    summary: 'Put somebody out: their sessions end and their connections close. They may log in again.',
    role: 'admin',
    input: z.strictObject({ userId: id, reason }),
    output: empty,
  }),
  'user.mute': command({
    summary:
      'For a time, let somebody read but not write. A new time replaces the one before. It holds for the account: where guests may talk, its owner may come back as one.',
    role: 'admin',
    input: z.strictObject({ userId: id, minutes, reason }),
    output: z.strictObject({ until: time }),
  }),
  'user.unmute': command({
    summary: 'Let somebody write again.',
    role: 'admin',
    input: z.strictObject({ userId: id }),
    output: empty,
  }),
  'user.ban': command({
    summary: 'For a time, let somebody no longer in: their sessions end now, on every door.',
    role: 'admin',
    input: z.strictObject({ userId: id, minutes, reason }),
    output: z.strictObject({ until: time }),
  }),
  'user.unban': command({
    summary: 'Let somebody in again.',
    role: 'admin',
    input: z.strictObject({ userId: id }),
    output: empty,
  }),
  'address.ban': command({
    summary:
      'For a time, let an address or a network (CIDR, at the widest a /8 of IPv4 or a /16 of IPv6) no longer in, on every door. Probes, which are known by their key, still report.',
    role: 'admin',
    input: z.strictObject({ address: text.min(1).max(64), minutes, reason }),
    output: z.strictObject({ until: time, network: z.string() }),
  }),
  'address.unban': command({
    summary: 'Let an address or a network in again.',
    role: 'admin',
    input: z.strictObject({ address: text.min(1).max(64) }),
    output: empty,
  }),
  'sanction.list': command({
    summary: 'Mutes and bans, newest first: those that run, or all.',
    role: 'admin',
    reads: true,
    input: z.strictObject({
      all: z.boolean().default(false),
      before: id.optional(),
      limit: z.int().min(1).max(limits.historyPage).default(100),
    }),
    output: z.strictObject({ sanctions: z.array(sanction) }),
  }),
};
