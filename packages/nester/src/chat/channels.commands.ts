import { AppError, atLeast, channelKey } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { requireUser } from '../errors.ts';
import { newId } from '../new-id.ts';
import type { Committer } from '../store/commit.ts';
import { Unit } from '../store/unit.ts';
import { channelByKey, updateChannelQuery } from './channels.store.ts';
import { cleanChannelName, directKey, hashName, newChannelRow, recordOf } from './channels.ts';
import type { Marks } from './marks.ts';
import { markReadQuery, readSeqOf } from './memberships.store.ts';
import { addMember } from './memberships.ts';
import type { People } from './people.ts';
import type { Roster } from './roster.ts';

export function channelCommands(parts: {
  roster: Roster;
  people: People;
  marks: Marks;
  committer: Committer;
}): Handlers<
  'channel.browse' | 'channel.find' | 'channel.create' | 'channel.update' | 'channel.members' | 'channel.openDirect' | 'channel.markRead'
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
      const actor = requireUser(ctx.actor);
      const name = cleanChannelName(typed);
      const taken = new AppError('channel_exists', { channel: `#${name}` });
      if (!atLeast(actor.role, minRole)) throw new AppError('forbidden');
      if (await channelByKey(ctx.db, channelKey(name))) throw taken;
      const row = newChannelRow({ channelId: newId(), name, kind, topic, minRole, postRole, at: ctx.now() });
      const unit = new Unit().insert('channel', row);
      addMember(unit, roster, recordOf(row).channel, actor.userId);
      await ctx.commitAct(unit, { action: 'channel.create', subject: `#${name}`, detail: { kind, minRole, postRole } }).catch(error => {
        throw error instanceof AppError && error.code === 'conflict' ? taken : error;
      });
      return { channelId: row.channel_id };
    },

    async 'channel.update'(ctx, { channelId, topic, archived }) {
      // An administrator changes every channel but other people's private talk.
      const known = roster.channel(channelId);
      if (!known || known.kind === 'direct') throw new AppError('not_found', { thing: 'channel' });
      const change = {
        ...(topic === undefined ? {} : { topic }),
        ...(archived === undefined ? {} : { archived_at: archived ? ctx.now() : null }),
      };
      if (Object.keys(change).length === 0) return {};
      const unit = new Unit().run(updateChannelQuery(ctx.db, channelId, change));
      // Beside what changes here, the channel is by then as others have left it.
      unit.event('channel.updated', [`channel:${channelId}`], { channelId }, () => {
        const channel = roster.channel(channelId) ?? known;
        return { channel: { ...channel, topic: topic ?? channel.topic, archived: archived ?? channel.archived } };
      });
      await ctx.commitAct(unit, { action: 'channel.update', subject: hashName(known), detail: { topic, archived } });
      return {};
    },

    'channel.members'(ctx, { channelId }) {
      roster.channelOf(requireUser(ctx.actor).userId, channelId);
      return { userIds: [...roster.memberIds(channelId)] };
    },

    'channel.find'(ctx, { name }) {
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
