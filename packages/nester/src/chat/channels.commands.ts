import { AppError, atLeast, type Channel, type CommandRequest, channelKey } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { requireUser } from '../errors.ts';
import { newId } from '../new-id.ts';
import type { Committer } from '../store/commit.ts';
import { Unit } from '../store/unit.ts';
import { channelByKey, namedChannels, updateChannelQuery } from './channels.store.ts';
import {
  type ChannelChange,
  cleanChannelName,
  directKey,
  hashName,
  isOpenToGuests,
  newChannelRow,
  recordOf,
  requireMayChange,
} from './channels.ts';
import type { Marks } from './marks.ts';
import { markReadQuery, readSeqOf } from './memberships.store.ts';
import { addMember, removeMember } from './memberships.ts';
import type { People } from './people.ts';
import { membersBelow } from './reach.ts';
import type { Roster } from './roster.ts';

export function channelCommands(parts: {
  roster: Roster;
  people: People;
  marks: Marks;
  committer: Committer;
}): Handlers<
  | 'channel.browse'
  | 'channel.find'
  | 'channel.create'
  | 'channel.update'
  | 'channel.list'
  | 'channel.members'
  | 'channel.openDirect'
  | 'channel.markRead'
> {
  const { roster, people, marks, committer } = parts;
  return {
    'channel.browse'(ctx) {
      const actor = requireUser(ctx.actor);
      const channels = [];
      for (const { channel } of roster.records()) {
        if (channel.kind !== 'public' || channel.archived || !atLeast(actor.role, channel.minRole)) continue;
        const members = roster.memberIds(channel.channelId);
        channels.push({ ...channel, members: members.size, joined: members.has(actor.userId) });
      }
      return { channels };
    },

    async 'channel.create'(ctx, { name: typed, kind, topic, minRole, postRole }) {
      const actor = ctx.actor.kind === 'local' ? undefined : requireUser(ctx.actor);
      const name = cleanChannelName(typed);
      const taken = new AppError('channel_exists', { channel: `#${name}` });
      if (actor && !atLeast(actor.role, minRole)) throw new AppError('forbidden');
      if (await channelByKey(ctx.db, channelKey(name))) throw taken;
      const row = newChannelRow({ channelId: newId(), name, kind, topic, minRole, postRole, at: ctx.now() });
      const unit = new Unit().insert('channel', row);
      const { channel } = recordOf(row);
      if (actor) addMember(unit, roster, channel, actor.userId);
      // The machine's own administrator belongs to none; the roster hears of it all the same.
      else unit.event('channel.updated', [`channel:${channel.channelId}`], { channelId: channel.channelId }, () => ({ channel }));
      await ctx.commitAct(unit, { action: 'channel.create', subject: `#${name}`, detail: { kind, minRole, postRole } }).catch(error => {
        throw error instanceof AppError && error.code === 'conflict' ? taken : error;
      });
      return { channelId: row.channel_id };
    },

    async 'channel.update'(ctx, { channelId, ...typed }) {
      // An administrator changes every channel but other people's private talk.
      const known = roster.channel(channelId);
      if (!known || known.kind === 'direct') throw new AppError('not_found', { thing: 'channel' });
      const change = changeOf(known, typed);
      if (Object.keys(change).length === 0) return {};
      requireMayChange(known, change);
      const { name, topic, minRole, postRole, archived } = change;
      const taken = new AppError('channel_exists', { channel: `#${name}` });
      if (name !== undefined && channelKey(name) !== channelKey(known.name) && (await channelByKey(ctx.db, channelKey(name)))) throw taken;
      const columns = {
        ...(name === undefined ? {} : { name, name_key: channelKey(name) }),
        ...(topic === undefined ? {} : { topic }),
        ...(minRole === undefined ? {} : { min_role: minRole }),
        ...(postRole === undefined ? {} : { post_role: postRole }),
        ...(archived === undefined ? {} : { archived_at: archived ? ctx.now() : null }),
      };
      const unit = new Unit().run(updateChannelQuery(ctx.db, channelId, columns));
      if (minRole !== undefined)
        for (const userId of membersBelow(roster, people, known, minRole)) removeMember(unit, ctx.db, channelId, userId);
      // Beside what changes here, the channel is by then as others have left it.
      unit.event('channel.updated', [`channel:${channelId}`], { channelId }, () => ({
        channel: { ...(roster.channel(channelId) ?? known), ...change },
      }));
      await ctx.commitAct(unit, { action: 'channel.update', subject: hashName(known), detail: change }).catch(error => {
        throw name !== undefined && error instanceof AppError && error.code === 'conflict' ? taken : error;
      });
      return {};
    },

    async 'channel.list'(ctx) {
      const rows = await namedChannels(ctx.db);
      return {
        channels: rows.map(row => ({
          ...recordOf(row).channel,
          members: roster.memberIds(row.channel_id).size,
          createdAt: row.created_at,
        })),
      };
    },

    'channel.members'(ctx, { channelId }) {
      const { actor } = ctx;
      const channel = roster.channel(channelId);
      const administers = actor.kind === 'local' || (actor.kind === 'user' && atLeast(actor.role, 'admin'));
      if (!administers || !channel || channel.kind === 'direct') roster.channelOf(requireUser(actor).userId, channelId);
      return { userIds: [...roster.memberIds(channelId)] };
    },

    'channel.find'(ctx, { name }) {
      if (ctx.actor.kind === 'guest') {
        const open = roster.named(name.trim());
        if (!open || !isOpenToGuests(open)) throw new AppError('not_found', { thing: 'channel' });
        return { channel: open, joined: false };
      }
      const actor = requireUser(ctx.actor);
      const channel = roster.named(name.trim());
      const joined = channel !== undefined && roster.isMember(channel.channelId, actor.userId);
      const isOpen = channel?.kind === 'public' && !channel.archived && atLeast(actor.role, channel.minRole);
      if (!channel || !(joined || isOpen)) throw new AppError('not_found', { thing: 'channel' });
      return { channel, joined };
    },

    async 'channel.openDirect'(ctx, request) {
      const actor = requireUser(ctx.actor);
      const other = request.userId === undefined ? people.byName(request.name ?? '') : people.byId(request.userId);
      if (!other || other.disabled || other.userId === actor.userId) throw new AppError('not_found', { thing: 'user' });
      const { userId } = other;
      const nameKey = directKey(actor.userId, userId);
      const existing = await channelByKey(ctx.db, nameKey);
      if (existing) return { channelId: existing.channel_id, userId };
      const row = newChannelRow({
        channelId: newId(),
        name: '',
        kind: 'direct',
        minRole: 'viewer',
        postRole: 'member',
        at: ctx.now(),
        nameKey,
      });
      const unit = new Unit().insert('channel', row);
      const { channel } = recordOf(row);
      addMember(unit, roster, channel, actor.userId);
      addMember(unit, roster, channel, userId);
      try {
        await ctx.commit(unit);
        return { channelId: row.channel_id, userId };
      } catch (error) {
        // Both opened it at the same moment: the first one stands.
        const first = await channelByKey(ctx.db, nameKey);
        if (first) return { channelId: first.channel_id, userId };
        throw error;
      }
    },

    async 'channel.markRead'(ctx, { channelId, readSeq }) {
      const actor = requireUser(ctx.actor);
      roster.channelOf(actor.userId, channelId);
      const upTo = Math.min(readSeq, committer.publishedSeq);
      if ((await readSeqOf(ctx.db, channelId, actor.userId)) >= upTo) return {};
      await ctx.commit(new Unit().run(markReadQuery(ctx.db, channelId, actor.userId, upTo)));
      await marks.tell(actor.userId, channelId);
      return {};
    },
  };
}

/** What is asked for and is not so already; a name cleaned. */
function changeOf(known: Channel, typed: Omit<CommandRequest<'channel.update'>, 'channelId'>): ChannelChange {
  const wanted: ChannelChange = { ...typed, ...(typed.name === undefined ? {} : { name: cleanChannelName(typed.name) }) };
  const entries = Object.entries(wanted).filter(([field, value]) => value !== undefined && known[field as keyof ChannelChange] !== value);
  return Object.fromEntries(entries);
}
