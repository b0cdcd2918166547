import { AppError } from '@aerie/contract';
import type { Bus } from '../bus/bus.ts';
import type { Handlers } from '../context.ts';
import { requireUser } from '../errors.ts';
import { requirePost } from './channels.ts';
import type { People, Voices } from './people.ts';
import type { Presence } from './presence.ts';
import type { Roster } from './roster.ts';
import { Sparingly } from './sparingly.ts';

/** "Is writing" goes to every member of a channel; others show it for longer than this. */
const typingEveryMs = 1_000;

export function presenceCommands(
  roster: Roster,
  presence: Presence,
  people: People,
  voices: Voices,
  bus: Bus,
): Handlers<'presence.list' | 'presence.set' | 'typing.start'> {
  const typing = new Sparingly(typingEveryMs);
  return {
    'presence.list'(ctx) {
      // The old wire's clients ask before they log in; nobody else has to.
      if (ctx.actor.kind === 'anyone' && ctx.caller.door !== 'tcp') throw new AppError('not_logged_in');
      return { present: presence.present().map(one => ({ ...one, name: people.byId(one.userId)?.name ?? '?' })) };
    },

    'presence.set'(ctx, { state }) {
      const actor = requireUser(ctx.actor);
      if (ctx.caller.connection) presence.set(actor.userId, ctx.caller.connection.connectionId, state);
      return {};
    },

    'typing.start'(ctx, { channelId }) {
      const { userId, role } = requireUser(ctx.actor);
      requirePost(roster.channelOf(userId, channelId), role);
      voices.requireVoice(userId, ctx.now());
      if (!typing.isDue(`${userId} ${channelId}`, ctx.now())) return {};
      const except = ctx.caller.connection?.connectionId;
      bus.publish('whispered', {
        topic: `channel:${channelId}`,
        event: 'typing.started',
        body: { channelId, userId },
        ...(except ? { except } : {}),
      });
      return {};
    },
  };
}
