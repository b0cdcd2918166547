import { AppError, atLeast } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { requireUser } from '../errors.ts';
import { Unit } from '../store/unit.ts';
import { hashName } from './channels.ts';
import { addMember, removeMember } from './memberships.ts';
import type { People } from './people.ts';
import type { Roster } from './roster.ts';

export function memberCommands(roster: Roster, people: People): Handlers<'member.join' | 'member.leave' | 'member.add' | 'member.remove'> {
  /** Two joined at the same moment, and the other one came first: somebody who is a member is what was asked for. */
  const unlessMember = (channelId: string, userId: string) => (error: unknown) => {
    if (!(error instanceof AppError && error.code === 'conflict' && roster.isMember(channelId, userId))) throw error;
  };
  return {
    async 'member.join'(ctx, { channelId }) {
      const actor = requireUser(ctx.actor);
      const channel = roster.channel(channelId);
      const user = people.byId(actor.userId);
      // A private channel, or one above the actor's role, looks as if it were not there.
      if (!channel || !user || channel.kind !== 'public' || !atLeast(user.role, channel.minRole))
        throw new AppError('not_found', { thing: 'channel' });
      if (channel.archived) throw new AppError('channel_archived', { channel: hashName(channel) });
      if (roster.isMember(channelId, actor.userId)) return {};
      const unit = new Unit();
      people.requireUnchanged(unit, ctx.db, user);
      addMember(unit, roster, channel, actor.userId);
      await ctx.commit(unit).catch(unlessMember(channelId, actor.userId));
      return {};
    },

    async 'member.leave'(ctx, { channelId }) {
      const actor = requireUser(ctx.actor);
      if (roster.channelOf(actor.userId, channelId).kind === 'direct') throw new AppError('forbidden');
      const unit = new Unit();
      removeMember(unit, ctx.db, channelId, actor.userId);
      await ctx.commit(unit);
      return {};
    },

    async 'member.add'(ctx, { channelId, userId }) {
      const channel = roster.channel(channelId);
      const user = people.byId(userId);
      if (!channel || channel.kind === 'direct') throw new AppError('not_found', { thing: 'channel' });
      if (!user || user.disabled) throw new AppError('not_found', { thing: 'user' });
      if (!atLeast(user.role, channel.minRole)) throw new AppError('forbidden');
      if (roster.isMember(channelId, userId)) return {};
      const unit = new Unit();
      people.requireUnchanged(unit, ctx.db, user);
      addMember(unit, roster, channel, userId);
      const act = { action: 'member.add', subject: user.name, detail: { channel: hashName(channel) } };
      await ctx.commitAct(unit, act).catch(unlessMember(channelId, userId));
      return {};
    },

    async 'member.remove'(ctx, { channelId, userId }) {
      const channel = roster.channel(channelId);
      if (!channel || channel.kind === 'direct' || !roster.isMember(channelId, userId))
        throw new AppError('not_found', { thing: 'member' });
      const unit = new Unit();
      removeMember(unit, ctx.db, channelId, userId);
      await ctx.commitAct(unit, {
        action: 'member.remove',
        subject: people.byId(userId)?.name ?? userId,
        detail: { channel: hashName(channel) },
      });
      return {};
    },
  };
}
