import * as z from 'zod';
import { me, user } from './accounts.ts';
import { device, empty, id, nonce, presenceState, role, seenPresence, seq, text, time, typedName } from './fields.ts';
import { incident } from './incidents.ts';
import { limits } from './limits.ts';
import { command, event } from './spec.ts';

export const channel = z.strictObject({
  channelId: id,
  name: z.string().describe('without #; for a direct channel, empty'),
  kind: z.enum(['public', 'private', 'direct']),
  topic: z.string(),
  minRole: role.describe('the least role that may belong to it'),
  postRole: role.describe('the least role that may write in it'),
  archived: z.boolean(),
  directUserIds: z.array(id).optional().describe('of a direct channel: its two people'),
});
/** What all members of a channel know of it. */
export type Channel = z.infer<typeof channel>;

export const ownChannel = channel.extend({
  readSeq: seq.describe('read up to here'),
  unread: z.int().min(0).describe('messages of others after readSeq that still exist'),
  mentions: z.int().min(0).describe('those of them that name oneself'),
});
/** A channel as one member has it. */
export type OwnChannel = z.infer<typeof ownChannel>;

export const message = z.strictObject({
  messageId: id,
  channelId: id,
  seq,
  authorId: id.nullable().describe('null for a guest'),
  authorName: z.string(),
  content: z.string(),
  createdAt: time,
  editedAt: time.nullable(),
  nonce: nonce.optional(),
  mentions: z.array(id).max(limits.mentions).optional().describe('whom it names (@name), of the channel’s members when it was said'),
  card: incident.optional().describe('an incident, as it is now: the message is its card'),
});
export type Message = z.infer<typeof message>;

const presence = z.strictObject({ userId: id, state: seenPresence });
const readMark = z.strictObject({ channelId: id, readSeq: seq, unread: z.int().min(0), mentions: z.int().min(0) });

export const snapshot = z.strictObject({
  epoch: z.string(),
  seq,
  me,
  users: z.array(user),
  channels: z.array(ownChannel),
  presence: z.array(presence).describe('everybody who is not offline'),
});
/** All that a screen starts from; with the events after `seq` it equals a later snapshot. */
export type Snapshot = z.infer<typeof snapshot>;

/** A logged event as it travels: the body's fields beside seq and name. */
export const loggedFrame = z.looseObject({ seq, event: z.string() });

const content = z.string().min(1, 'it is empty').max(limits.contentChars, `it is longer than ${limits.contentChars} characters`);

export const chatCommands = {
  'log.resume': command({
    summary:
      'Begin, or begin again, to receive events. Without epoch and after, or too far behind, it answers a snapshot; otherwise a page of what was missed. While `more` is true, ask again with the last seq; when it is false the connection is live.',
    role: 'viewer',
    live: true,
    reads: true,
    input: z.strictObject({
      epoch: z.string().max(64).optional(),
      after: seq.optional(),
      brief: z.boolean().optional().describe('from now on, messages come in their brief form'),
    }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('snapshot'), snapshot }),
      z.strictObject({
        kind: z.literal('events'),
        epoch: z.string(),
        seq,
        more: z.boolean(),
        events: z.array(loggedFrame),
        presence: z.array(presence),
        reads: z
          .array(readMark)
          .describe(
            'own read markers, as presence complete and exact at seq; both are there on the last page (more is false), empty before',
          ),
      }),
    ]),
  }),
  'channel.browse': command({
    summary: 'Public channels that one may join.',
    role: 'viewer',
    reads: true,
    input: empty,
    output: z.strictObject({ channels: z.array(channel.extend({ members: z.int(), joined: z.boolean() })) }),
  }),
  'channel.create': command({
    summary: 'Make a channel and join it.',
    role: 'technician',
    input: z.strictObject({
      name: z.string().max(200),
      kind: z.enum(['public', 'private']).default('public'),
      topic: text.max(limits.topicChars).default(''),
      minRole: role.default('viewer'),
      postRole: role.default('member'),
    }),
    output: z.strictObject({ channelId: id }),
  }),
  'channel.update': command({
    summary: 'Change a channel’s name, topic or rights, or archive it. Members whose role no longer reaches it leave.',
    role: 'admin',
    input: z.strictObject({
      channelId: id,
      name: z.string().max(200).optional(),
      topic: text.max(limits.topicChars).optional(),
      minRole: role.optional(),
      postRole: role.optional(),
      archived: z.boolean().optional(),
    }),
    output: empty,
  }),
  'channel.list': command({
    summary: 'All channels but direct ones, archived ones too, as administration sees them.',
    role: 'admin',
    reads: true,
    input: empty,
    output: z.strictObject({ channels: z.array(channel.extend({ members: z.int(), createdAt: time })) }),
  }),
  'channel.members': command({
    summary: 'Who belongs to a channel: one’s own, or as an administrator any but a direct one.',
    role: 'viewer',
    reads: true,
    input: z.strictObject({ channelId: id }),
    output: z.strictObject({ userIds: z.array(id) }),
  }),
  'channel.openDirect': command({
    summary: 'The direct channel with somebody; made when it is not there yet.',
    role: 'member',
    input: z.strictObject({ userId: id.optional(), name: typedName.optional().describe('in place of userId') }),
    output: z.strictObject({ channelId: id, userId: id }),
  }),
  'channel.find': command({
    summary: 'The channel of that name, among those that one belongs to or may join. Case and accents do not matter.',
    role: 'viewer',
    guests: true,
    reads: true,
    input: z.strictObject({ name: z.string().max(200) }),
    output: z.strictObject({ channel, joined: z.boolean() }),
  }),
  'channel.markRead': command({
    summary: 'Move one’s own read marker forward.',
    role: 'viewer',
    input: z.strictObject({ channelId: id, readSeq: seq }),
    output: empty,
  }),
  'member.join': command({
    summary: 'Join a public channel.',
    role: 'viewer',
    input: z.strictObject({ channelId: id }),
    output: empty,
  }),
  'member.leave': command({
    summary: 'Leave a channel.',
    role: 'viewer',
    input: z.strictObject({ channelId: id }),
    output: empty,
  }),
  'member.add': command({
    summary: 'Bring somebody into a channel.',
    role: 'admin',
    input: z.strictObject({ channelId: id, userId: id }),
    output: empty,
  }),
  'member.remove': command({
    summary: 'Take somebody out of a channel.',
    role: 'admin',
    input: z.strictObject({ channelId: id, userId: id }),
    output: empty,
  }),
  'message.send': command({
    summary: 'Say something in a channel. Answered when it is on disk; the same nonce again answers the same message.',
    role: 'member',
    guests: true,
    pipelined: true,
    input: z.strictObject({ channelId: id, content, nonce: nonce.optional(), device: device.optional() }),
    output: z.strictObject({ messageId: id, seq, createdAt: time }),
  }),
  'message.edit': command({
    summary: 'Change one’s own message.',
    role: 'member',
    input: z.strictObject({ messageId: id, content }),
    output: empty,
  }),
  'message.delete': command({
    summary: 'Take a message back: one’s own, or as an administrator anyone’s. Its text is erased.',
    role: 'member',
    input: z.strictObject({ messageId: id }),
    output: empty,
  }),
  'message.history': command({
    summary: 'Messages of a channel, oldest first: the last ones, or before, after or around a seq.',
    role: 'viewer',
    reads: true,
    input: z.strictObject({
      channelId: id,
      before: seq.optional(),
      after: seq.optional(),
      around: seq.optional(),
      limit: z.int().min(1).max(limits.historyPage).default(50),
    }),
    output: z.strictObject({ messages: z.array(message), moreBefore: z.boolean(), moreAfter: z.boolean() }),
  }),
  'message.export': command({
    summary: 'All messages but other people’s direct ones, in order of seq, a page at a time.',
    role: 'admin',
    reads: true,
    input: z.strictObject({
      after: seq.default(0),
      channelId: id.optional(),
      from: time.optional().describe('from this moment on'),
      to: time.optional().describe('before this moment'),
      limit: z.int().min(1).max(1000).default(500),
    }),
    output: z.strictObject({ messages: z.array(message.omit({ nonce: true }).extend({ channel: z.string() })), next: seq.nullable() }),
  }),
  'presence.list': command({
    summary: 'Who is here: everybody who does not look offline. Without a log-in only the TCP port answers it.',
    role: 'anyone',
    reads: true,
    input: empty,
    output: z.strictObject({
      present: z.array(presence.extend({ name: z.string() })),
      guests: z.array(z.strictObject({ guestId: id, name: z.string(), state: seenPresence })),
    }),
  }),
  'presence.set': command({
    summary: 'Say whether one is here. It holds for this connection.',
    role: 'viewer',
    guests: true,
    live: true,
    input: z.strictObject({ state: presenceState }),
    output: empty,
  }),
  'typing.start': command({
    summary: 'Tell a channel that one is writing. Others show it for a few seconds.',
    role: 'member',
    live: true,
    input: z.strictObject({ channelId: id }),
    output: empty,
  }),
};

export const chatEvents = {
  'channel.updated': event({ summary: 'A channel’s topic, rights or state changed.', logged: true, body: z.strictObject({ channel }) }),
  'member.joined': event({
    summary: 'Somebody belongs to a channel now. For oneself: the channel is new here.',
    logged: true,
    body: z.strictObject({ channel, userId: id }),
  }),
  'member.left': event({
    summary: 'Somebody no longer belongs to a channel. For oneself: forget the channel.',
    logged: true,
    body: z.strictObject({ channelId: id, userId: id }),
  }),
  'message.created': event({ summary: 'A message was said.', logged: true, body: z.strictObject({ message }) }),
  'message.edited': event({ summary: 'A message’s text changed.', logged: true, body: z.strictObject({ message }) }),
  'message.deleted': event({
    summary: 'A message was taken back.',
    logged: true,
    body: z.strictObject({
      channelId: id,
      messageId: id,
      messageSeq: seq,
      authorId: id.nullable(),
      mentions: z.array(id).optional().describe('whom it named'),
    }),
  }),
  'read.moved': event({
    summary: 'One’s own read marker moved, here or on another device.',
    logged: false,
    body: z.strictObject({ channelId: id, readSeq: seq, unread: z.int().min(0), mentions: z.int().min(0) }),
  }),
  'presence.changed': event({
    summary: 'Somebody came, went or changed state.',
    logged: false,
    body: z.strictObject({ userId: id, state: seenPresence }),
  }),
  'typing.started': event({
    summary: 'Somebody is writing in a channel.',
    logged: false,
    body: z.strictObject({ channelId: id, userId: id }),
  }),
  'log.gap': event({
    summary: 'This connection fell behind and events were dropped. Read on, then ask log.resume with the last seq.',
    logged: false,
    body: z.strictObject({}),
  }),
};
