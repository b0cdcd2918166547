import { AppError, type CommandRequest, cleanUserName, userNameProblem } from '@aerie/contract';
import type { Lockout } from '../accounts/lockout.ts';
import type { Registrations } from '../accounts/registrations.ts';
import type { Ctx, GuestActor, Handlers } from '../context.ts';
import type { Guests } from './guests.ts';
import { guestKey, isReservedName } from './names.ts';
import type { Reservations } from './reservations.ts';

interface GuestParts {
  on: boolean;
  guests: Guests;
  reservations: Reservations;
  /** Counts how many come from one network: each is told to everybody. */
  comings: Registrations;
  /** Slows down who guesses the password of a kept name. */
  lockout: Lockout;
}

export function guestHandlers({ on, guests, reservations, comings, lockout }: GuestParts): Handlers<'guest.enter' | 'guest.reserve'> {
  /** Guests exist on the Classcord port only. */
  function requireGuests({ caller, actor }: Ctx): void {
    if (!on || caller.door !== 'tcp') throw new AppError('guests_off');
    if (actor.kind !== 'anyone' && actor.kind !== 'guest')
      throw new AppError('already_logged_in', { name: actor.kind === 'local' ? 'local' : actor.name });
  }

  /** The kept name, for whoever knows its password. */
  function claim({ caller: { address, door }, log, now }: Ctx, typed: string, password: string): string {
    const name = cleanUserName(typed);
    const key = guestKey(name);
    const seconds = lockout.waitSeconds(key, address, now());
    if (seconds > 0) throw new AppError('too_many_attempts', { seconds });
    const reserved = reservations.claim(name, password, now());
    if (reserved === undefined) {
      lockout.failed(key, address, now());
      log.warning('LOGIN', `Failed login attempt from ${address}`, { user: typed, door });
      throw new AppError('login_failed');
    }
    lockout.succeeded(key, address);
    return reserved;
  }

  function admit(ctx: Ctx, before: GuestActor | undefined, { name: typed, password }: CommandRequest<'guest.enter'>) {
    const { address } = ctx.caller;
    const at = ctx.now();
    if (password !== undefined) {
      return guests.enterAs(before?.guestId, address, claim(ctx, typed ?? '', password), at);
    }
    const isOwn = before !== undefined && typed !== undefined && guestKey(typed) === guestKey(before.name);
    if (typed !== undefined && !isOwn && reservations.holds(cleanUserName(typed), at))
      throw new AppError('name_taken', { name: cleanUserName(typed) });
    return guests.enter(before?.guestId, address, typed, at);
  }

  return {
    'guest.enter'(ctx, request) {
      requireGuests(ctx);
      const { address, door, connection } = ctx.caller;
      const before = ctx.actor.kind === 'guest' ? ctx.actor : undefined;
      const seconds = before ? 0 : comings.take(address, ctx.now());
      if (seconds > 0) throw new AppError('too_fast', { seconds });
      let guest: { guestId: string; name: string };
      try {
        guest = admit(ctx, before, request);
      } catch (error) {
        if (!before) comings.giveBack(address);
        throw error;
      }
      connection?.actAsGuest({ kind: 'guest', ...guest });
      if (!before) ctx.log.info('LOGIN', 'Guest came in', { guest: guest.name, guestId: guest.guestId, door, address });
      else if (before.name !== guest.name)
        ctx.log.info('LOGIN', 'Guest changed name', { guest: guest.name, before: before.name, guestId: guest.guestId, door, address });
      return guest;
    },

    'guest.reserve'(ctx, { name: typed, password }) {
      requireGuests(ctx);
      const name = cleanUserName(typed);
      const reason = userNameProblem(name);
      if (reason) throw new AppError('bad_user_name', { reason });
      if (isReservedName(name) || guests.isTaken(guestKey(name))) throw new AppError('name_taken', { name });
      reservations.reserve(name, password, ctx.caller.address, ctx.now());
      return {};
    },
  };
}
