import type { EventBody, guestCommands, PresenceState, SeenPresence, User } from '@aerie/contract';
import { Lockout } from '../accounts/lockout.ts';
import { Registrations } from '../accounts/registrations.ts';
import type { Bus } from '../bus/bus.ts';
import type { Config } from '../config.ts';
import type { Handlers } from '../context.ts';
import { Moves } from '../moves.ts';
import type { Committer } from '../store/commit.ts';
import { guestHandlers } from './guests.commands.ts';
import { Guests, type SeenGuest } from './guests.ts';
import { Reservations } from './reservations.ts';

/** How often each guest from one network may come in `failureSeconds`. */
const comingsEach = 5;

/** Who talks without an account, on the Classcord port, where the server lets them. */
export interface GuestRoom {
  readonly commands: Handlers<keyof typeof guestCommands>;
  /** Every guest who does not look offline: the same list until one of them moves. */
  present(): readonly SeenGuest[];
  setState(guestId: string, state: PresenceState): void;
  /** The name a guest speaks under; throws `name_taken` when it is somebody else's by now. */
  requireName(guestId: string, name: string): string;
  /** Counts a message; throws `too_fast` when there were too many. */
  speak(guestId: string, now: number): void;
  stop(): void;
}

export function openGuests(parts: { bus: Bus; committer: Committer; config: Config; users: readonly User[] }): GuestRoom {
  const { bus, committer, config } = parts;
  const names = parts.users.map(user => user.name);
  const guests = new Guests(config.limits, names, guestId => moves.touch(guestId));
  const reservations = new Reservations(config.limits);
  const { guestsPerAddress, failureSeconds } = config.limits;
  // All of a class, and again when the network falters; not one program that comes and goes without end.
  const comings = new Registrations({ registrationsPerAddress: guestsPerAddress * comingsEach, failureSeconds });
  const moves = new Moves<string>({
    gatherMs: () => 50,
    everyMs: 1_000,
    stateOf(guestId) {
      const guest = guests.seen(guestId);
      return guest && `${guest.state} ${guest.name}`;
    },
    tell: moved =>
      bus.publish(
        'guests.moved',
        moved.map(({ key, before, state }) => ({ guestId: key, before: parse(before), now: parse(state) })),
      ),
  });
  committer.onApplied(events => {
    for (const event of events) {
      if (event.name !== 'user.created' && event.name !== 'user.updated') continue;
      const { name } = (event.body as EventBody<'user.created'>).user;
      guests.accountMade(name);
      reservations.drop(name);
    }
  });
  const unsubscribe = bus.subscribe('guest.left', ({ guestId }) => guests.leave(guestId));
  return {
    commands: guestHandlers({ on: config.guests, guests, reservations, comings, lockout: new Lockout(config.limits) }),
    present: () => guests.present(),
    setState: (guestId, state) => guests.setState(guestId, state),
    requireName: (guestId, name) => guests.requireName(guestId, name),
    speak: (guestId, now) => guests.speak(guestId, now),
    stop() {
      moves.stop();
      unsubscribe();
    },
  };
}

function parse(told: string | undefined): { name: string; state: SeenPresence } | undefined {
  if (told === undefined) return undefined;
  const cut = told.indexOf(' ');
  return { state: told.slice(0, cut) as SeenPresence, name: told.slice(cut + 1) };
}
