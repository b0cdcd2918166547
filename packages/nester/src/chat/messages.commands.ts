import { AppError, atLeast, type CommandOutput, type CommandRequest, type Message } from '@aerie/contract';
import type { Ctx, GuestActor, Handlers } from '../context.ts';
import { requireUser } from '../errors.ts';
import type { MessageTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { isOpenToGuests, requirePost } from './channels.ts';
import { mentionsIn } from './mentions.ts';
import {
  editQuery,
  eraseQuery,
  exportPage,
  messageById,
  messageByNonce,
  messagesAfter,
  messagesBefore,
  unmentionQuery,
} from './messages.store.ts';
import { addMessage, cleanContent, messageOf, namedBy, pageOf } from './messages.ts';
import type { GuestList, People, Voices } from './people.ts';
import type { Roster } from './roster.ts';

/** What messages need to know: who belongs where, who people are, and who may speak. */
export interface MessageParts {
  roster: Roster;
  people: People;
  voices: Voices;
  guests: GuestList;
}

export function messageCommands(
  parts: MessageParts,
): Handlers<'message.send' | 'message.edit' | 'message.delete' | 'message.history' | 'message.export'> {
  const { roster, voices } = parts;
  return {
    // Pipelined: everything up to the commit happens before the first await, so that order of calls is order of seq.
    'message.send': (ctx, request) =>
      ctx.actor.kind === 'guest' ? sendAsGuest(ctx, ctx.actor, parts, request) : send(ctx, parts, request),

    async 'message.edit'(ctx, { messageId, content }) {
      const row = await ownRow(ctx, roster, messageId);
      const { userId, role } = requireUser(ctx.actor);
      if (row.author_id !== userId) throw new AppError('forbidden');
      // Other words are as good as new ones: where one may not write any more, one may not rewrite.
      requirePost(roster.channelOf(userId, row.channel_id), role);
      voices.requireVoice(userId, ctx.now());
      const edited: MessageTable = { ...row, content: cleanContent(content), edited_at: ctx.now() };
      const unit = new Unit().run(
        editQuery(ctx.db, row.seq, edited.content, edited.edited_at as number),
        new AppError('not_found', { thing: 'message' }),
      );
      unit.event('message.edited', [`channel:${row.channel_id}`], { channelId: row.channel_id, messageId }, () => ({
        message: messageOf(edited),
      }));
      await ctx.commit(unit);
      return {};
    },

    async 'message.delete'(ctx, { messageId }) {
      const row = await ownRow(ctx, roster, messageId);
      const actor = requireUser(ctx.actor);
      if (row.author_id !== actor.userId && !atLeast(actor.role, 'admin')) throw new AppError('forbidden');
      const unit = new Unit().run(eraseQuery(ctx.db, row.seq, ctx.now()), new AppError('not_found', { thing: 'message' }));
      const said = { channelId: row.channel_id, messageId, messageSeq: row.seq, authorId: row.author_id };
      const mentions = namedBy(row);
      if (mentions.length > 0) unit.run(unmentionQuery(ctx.db, row.channel_id, row.seq, mentions));
      const ids = { ...said, ...(row.mentions === null ? {} : { mentions: row.mentions }) };
      unit.event('message.deleted', [`channel:${row.channel_id}`], ids, () => ({ ...said, ...(mentions.length > 0 ? { mentions } : {}) }));
      // Taking back somebody else's words is an administrative act.
      if (row.author_id === actor.userId) await ctx.commit(unit);
      else
        await ctx.commitAct(unit, { action: 'message.delete', subject: row.author_name, detail: { messageId, channelId: row.channel_id } });
      return {};
    },

    async 'message.history'(ctx, { channelId, before, after, around, limit }) {
      roster.channelOf(requireUser(ctx.actor).userId, channelId);
      if (around !== undefined) {
        const half = limit >> 1;
        const older = await messagesBefore(ctx.db, channelId, around, half + 1);
        const newer = await messagesAfter(ctx.db, channelId, around - 1, limit - half + 1);
        return pageOf(older, newer, half, limit - half);
      }
      if (after !== undefined) {
        const page = pageOf([], await messagesAfter(ctx.db, channelId, after, limit + 1), 0, limit);
        return { ...page, moreBefore: (await messagesBefore(ctx.db, channelId, after + 1, 1)).length > 0 };
      }
      const end = before ?? Number.MAX_SAFE_INTEGER;
      const page = pageOf(await messagesBefore(ctx.db, channelId, end, limit + 1), [], limit, 0);
      return before === undefined ? page : { ...page, moreAfter: (await messagesAfter(ctx.db, channelId, before - 1, 1)).length > 0 };
    },

    async 'message.export'(ctx, { limit, ...wanted }) {
      // An administrator reads every channel but other people's private talk; whoever owns the machine has that anyway.
      const rows = await exportPage(ctx.db, { ...wanted, direct: ctx.actor.kind === 'local' }, limit);
      const messages = rows.map(row => {
        const { nonce: _, ...message }: Message = messageOf(row);
        return { ...message, channel: row.channel };
      });
      return { messages, next: rows.length < limit ? null : rows[rows.length - 1]!.seq };
    },
  };
}

async function send(
  ctx: Ctx,
  parts: MessageParts,
  { channelId, content, nonce, device }: CommandRequest<'message.send'>,
): Promise<CommandOutput<'message.send'>> {
  const { roster, voices } = parts;
  const actor = requireUser(ctx.actor);
  const channel = roster.channelOf(actor.userId, channelId);
  requirePost(channel, actor.role);
  voices.requireVoice(actor.userId, ctx.now());
  const unit = new Unit();
  const text = cleanContent(content);
  const row = addMessage(unit, channel, {
    author: actor,
    deviceId: device ?? actor.deviceId,
    nonce: nonce ?? null,
    content: text,
    at: ctx.now(),
    mentions: mentioned(parts, channelId, text, actor.userId),
  });
  const { written } = await ctx.commit(unit);
  if (written) {
    ctx.log.info('MESSAGE', 'Message stored', {
      user: actor.name,
      channelId,
      messageId: row.message_id,
      length: row.content.length,
      door: ctx.caller.door,
    });
    return { messageId: row.message_id, seq: row.seq, createdAt: row.created_at };
  }
  // The client sent it before and did not hear the answer: the same answer again.
  const first = await messageByNonce(ctx.db, actor.userId, row.device_id, nonce as string);
  if (!first) throw new AppError('conflict');
  return { messageId: first.message_id, seq: first.seq, createdAt: first.created_at };
}

/** A guest has no account: what is said has a name, but no author, and no nonce keeps it from being said twice. */
async function sendAsGuest(
  ctx: Ctx,
  { guestId, name }: GuestActor,
  parts: MessageParts,
  { channelId, content }: CommandRequest<'message.send'>,
): Promise<CommandOutput<'message.send'>> {
  const { roster, guests } = parts;
  const channel = roster.channel(channelId);
  if (!channel || !isOpenToGuests(channel)) throw new AppError('not_found', { thing: 'channel' });
  const author = { userId: null, name: guests.requireName(guestId, name) };
  guests.speak(guestId, ctx.now());
  const unit = new Unit();
  const text = cleanContent(content);
  const mentions = mentioned(parts, channelId, text, null);
  const row = addMessage(unit, channel, { author, deviceId: 'guest', nonce: null, content: text, at: ctx.now(), mentions });
  await ctx.commit(unit);
  ctx.log.info('MESSAGE', 'Message stored', {
    guest: author.name,
    channelId,
    messageId: row.message_id,
    length: row.content.length,
    door: ctx.caller.door,
  });
  return { messageId: row.message_id, seq: row.seq, createdAt: row.created_at };
}

/** Whom a text names, of the members of the channel. */
function mentioned({ roster, people }: MessageParts, channelId: string, text: string, self: string | null): string[] {
  const memberByKey = (key: string) => {
    const userId = people.byName(key)?.userId;
    return userId !== undefined && roster.isMember(channelId, userId) ? userId : undefined;
  };
  return mentionsIn(text, memberByKey, self);
}

/** The message, if it stands in a channel that the actor belongs to. */
async function ownRow(ctx: Ctx, roster: Roster, messageId: string): Promise<MessageTable> {
  const actor = requireUser(ctx.actor);
  const row = await messageById(ctx.db, messageId);
  if (!row || !roster.isMember(row.channel_id, actor.userId)) throw new AppError('not_found', { thing: 'message' });
  return row;
}
