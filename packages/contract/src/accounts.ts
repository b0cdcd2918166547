import * as z from 'zod';
import { client, device, empty, id, language, password, role, text, time, token, typedName } from './fields.ts';
import { limits } from './limits.ts';
import { command, event } from './spec.ts';

export const user = z.strictObject({
  userId: id,
  name: z.string(),
  kind: z.enum(['person', 'bot']),
  role,
  disabled: z.boolean(),
  mutedUntil: time.optional().describe('until then they may read, not write'),
  bannedUntil: time.optional().describe('until then they cannot log in'),
});
/** What everybody may know of a user. */
export type User = z.infer<typeof user>;

export const me = z.strictObject({ userId: id, name: z.string(), role, language, sessionId: id });
/** What a session knows of itself. */
export type Me = z.infer<typeof me>;

const loggedIn = z.strictObject({
  token: token.optional().describe('absent where the web door keeps it in a cookie'),
  expiresAt: time,
  me,
});

const userRecord = user.extend({ createdAt: time, lastSeenAt: time.nullable(), language });
/** A user as administration sees it. */
export type UserRecord = z.infer<typeof userRecord>;

const sessionRecord = z.strictObject({
  sessionId: id,
  door: z.string(),
  address: z.string(),
  agent: z.string(),
  createdAt: time,
  seenAt: time,
  current: z.boolean(),
});

const invitationRecord = z.strictObject({
  invitationId: id,
  name: z.string().nullable(),
  role,
  createdAt: time,
  expiresAt: time,
  state: z.enum(['open', 'used', 'revoked', 'expired']),
});
export type InvitationRecord = z.infer<typeof invitationRecord>;

const madeInvitation = z.strictObject({ invitationId: id, link: z.string(), expiresAt: time });

const auditRecord = z.strictObject({
  auditId: id,
  at: time,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.string().describe('JSON'),
  door: z.string(),
  address: z.string(),
});
export type AuditRecord = z.infer<typeof auditRecord>;

export const accountCommands = {
  'server.show': command({
    summary: 'What a page must know before anybody has logged in.',
    role: 'anyone',
    reads: true,
    input: empty,
    output: z.strictObject({
      name: z.string(),
      version: z.string(),
      setupNeeded: z.boolean(),
      registration: z.enum(['open', 'invite', 'closed']),
      guests: z.boolean().describe('people without an account may talk, on the Classcord port'),
      passwordMin: z.int(),
    }),
  }),
  'setup.complete': command({
    summary: 'Make the first administrator, with the link that the server printed.',
    role: 'anyone',
    input: z.strictObject({ token, name: typedName, password, language, device: device.optional() }),
    output: loggedIn,
  }),
  'setup.renew': command({
    summary: 'Make a new set-up link; the ones before it stop working.',
    role: 'local',
    input: empty,
    output: z.strictObject({ link: z.string(), expiresAt: time }),
  }),
  'session.logIn': command({
    summary: 'Log in with a name and a password. On a live connection, the connection is logged in too.',
    role: 'anyone',
    input: z.strictObject({ user: typedName, password, device: device.optional(), client: client.optional() }),
    output: loggedIn,
  }),
  'session.resume': command({
    summary: 'Log a live connection in with a token.',
    role: 'anyone',
    live: true,
    input: z.strictObject({ token, client: client.optional() }),
    output: z.strictObject({ me }),
  }),
  'session.show': command({
    summary: 'Who this session is.',
    role: 'viewer',
    reads: true,
    input: empty,
    output: z.strictObject({ me }),
  }),
  'session.list': command({
    summary: 'One’s own sessions, newest first.',
    role: 'viewer',
    reads: true,
    input: empty,
    output: z.strictObject({ sessions: z.array(sessionRecord) }),
  }),
  'session.logOut': command({ summary: 'End this session.', role: 'viewer', input: empty, output: empty }),
  'session.end': command({
    summary: 'End one of one’s own sessions.',
    role: 'viewer',
    input: z.strictObject({ sessionId: id }),
    output: empty,
  }),
  'me.update': command({
    summary: 'Change one’s own settings.',
    role: 'viewer',
    input: z.strictObject({ language }),
    output: z.strictObject({ me }),
  }),
  'me.changePassword': command({
    summary: 'Change one’s own password; the other sessions end.',
    role: 'viewer',
    input: z.strictObject({ current: password, password }),
    output: empty,
  }),
  'user.register': command({
    summary: 'Make an account for oneself, where registration is open.',
    role: 'anyone',
    input: z.strictObject({ name: typedName, password, language: language.optional() }),
    output: z.strictObject({ userId: id }),
  }),
  'user.create': command({
    summary: 'Make an account for somebody.',
    role: 'admin',
    input: z.strictObject({ name: typedName, password, role, language: language.optional() }),
    output: z.strictObject({ userId: id }),
  }),
  'user.list': command({
    summary: 'All accounts, by name.',
    role: 'admin',
    reads: true,
    input: z.strictObject({
      after: text.optional().describe('the name key to go on from'),
      limit: z.int().min(1).max(1000).default(1000),
    }),
    output: z.strictObject({ users: z.array(userRecord), next: z.string().nullable() }),
  }),
  'user.setRole': command({
    summary: 'Give a user another role; channels that the new role may not see are left.',
    role: 'admin',
    input: z.strictObject({ userId: id, role }),
    output: empty,
  }),
  'user.setPassword': command({
    summary: 'Set a user’s password; their sessions end.',
    role: 'admin',
    input: z.strictObject({ userId: id, password }),
    output: empty,
  }),
  'user.disable': command({
    summary: 'Close an account: nobody can log in with it, its sessions end.',
    role: 'admin',
    input: z.strictObject({ userId: id }),
    output: empty,
  }),
  'user.enable': command({
    summary: 'Open a closed account again.',
    role: 'admin',
    input: z.strictObject({ userId: id }),
    output: empty,
  }),
  'user.import': command({
    summary: 'Invite a class list: CSV with a column name (or nom, utilisateur) and optionally role. Answers a link a person, to print.',
    role: 'admin',
    input: z.strictObject({ csv: z.string().max(60_000), role: role.default('member'), dryRun: z.boolean().default(false) }),
    output: z.strictObject({
      invited: z.array(z.strictObject({ name: z.string(), role, link: z.string() })),
      refused: z.array(z.strictObject({ line: z.int(), name: z.string(), reason: z.string() })),
    }),
  }),
  'invitation.create': command({
    summary: 'Make a link with which one person makes an account.',
    role: 'admin',
    input: z.strictObject({ role: role.default('member'), name: typedName.optional(), days: z.int().min(1).max(90).default(7) }),
    output: madeInvitation,
  }),
  'invitation.list': command({
    summary: 'Invitations, newest first.',
    role: 'admin',
    reads: true,
    input: empty,
    output: z.strictObject({ invitations: z.array(invitationRecord) }),
  }),
  'invitation.revoke': command({
    summary: 'Make an invitation’s link useless.',
    role: 'admin',
    input: z.strictObject({ invitationId: id }),
    output: empty,
  }),
  'invitation.show': command({
    summary: 'What a link is for, before it is used.',
    role: 'anyone',
    reads: true,
    input: z.strictObject({ token }),
    output: z.strictObject({
      kind: z.enum(['setup', 'person']),
      name: z.string().nullable(),
      role,
      invitedBy: z.string().nullable(),
      expiresAt: time,
    }),
  }),
  'invitation.accept': command({
    summary: 'Make the account that a link invites to, and log in.',
    role: 'anyone',
    input: z.strictObject({ token, name: typedName, password, language, device: device.optional() }),
    output: loggedIn,
  }),
  'audit.list': command({
    summary: 'Administrative acts, newest first.',
    role: 'admin',
    reads: true,
    input: z.strictObject({
      before: id.optional(),
      search: text.max(200).optional().describe('words that all stand in who, what, subject, detail or address; case does not matter'),
      from: time.optional().describe('from this moment on'),
      to: time.optional().describe('before this moment'),
      limit: z.int().min(1).max(limits.historyPage).default(50),
    }),
    output: z.strictObject({ records: z.array(auditRecord) }),
  }),
};

export const accountEvents = {
  'user.created': event({ summary: 'Somebody has an account now.', logged: true, body: z.strictObject({ user }) }),
  'user.updated': event({ summary: 'A user’s name, role or state changed.', logged: true, body: z.strictObject({ user }) }),
  'session.ended': event({
    summary: 'This session was ended; the connection closes.',
    logged: false,
    body: z.strictObject({
      reason: z.enum(['logged_out', 'ended', 'disabled', 'password_changed', 'kicked', 'banned', 'stopping']),
      why: z.string().optional().describe('in the words of who did it'),
      until: time.optional(),
    }),
  }),
};
