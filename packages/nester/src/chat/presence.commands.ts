import { AppError, type CommandOutput, type User } from '@aerie/contract';
import type { Bus } from '../bus/bus.ts';
import type { Handlers } from '../context.ts';
import { requireUser } from '../errors.ts';
import { keepJson } from '../kept-json.ts';
import { requirePost } from './channels.ts';
import type { GuestList, People, Voices } from './people.ts';
import type { Presence } from './presence.ts';
import type { Roster } from './roster.ts';
import { Sparingly } from './sparingly.ts';

/** "Is writing" goes to every member of a channel; others show it for longer than this. */
const typingEveryMs = 1_000;

export function presenceCommands({
  roster,
  presence,
  people,
  voices,
  guests,
  bus,
}: {
  roster: Roster;
  presence: Presence;
  people: People;
  voices: Voices;
  guests: GuestList;
  bus: Bus;
}): Handlers<'presence.list' | 'presence.set' | 'typing.start'> {
  const here = new Here(presence, people, guests);
  const typing = new Sparingly(typingEveryMs);
  return {
    'presence.list'(ctx) {
      // The old wire's clients ask before they log in; nobody else has to.
      if (ctx.actor.kind === 'anyone' && ctx.caller.door !== 'tcp') throw new AppError('not_logged_in');
      return here.list();
    },

    'presence.set'(ctx, { state }) {
      if (ctx.actor.kind === 'guest') {
        guests.setState(ctx.actor.guestId, state);
        return {};
      }
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

/** Who is here, by name: the same answer until somebody moves, since there are clients that ask every few seconds. */
class Here {
  readonly #presence: Presence;
  readonly #people: People;
  readonly #guests: GuestList;
  #madeOf: readonly [present: unknown, users: readonly User[], guests: unknown] | undefined;
  #made: CommandOutput<'presence.list'> = { present: [], guests: [] };

  constructor(presence: Presence, people: People, guests: GuestList) {
    this.#presence = presence;
    this.#people = people;
    this.#guests = guests;
  }

  list(): CommandOutput<'presence.list'> {
    const parts = [this.#presence.present(), this.#people.all(), this.#guests.present()] as const;
    if (!this.#madeOf?.every((part, i) => part === parts[i])) {
      this.#madeOf = parts;
      const present = parts[0].map(one => ({ ...one, name: this.#people.byId(one.userId)?.name ?? '?' }));
      this.#made = keepJson({ present, guests: [...parts[2]] });
    }
    return this.#made;
  }
}
