import { AppError, cleanUserName, userNameProblem } from '@aerie/contract';
import type { Ctx, Handlers } from '../context.ts';
import type { Guests } from './guests.ts';
import { guestKey, isReservedName } from './names.ts';
import type { Reservations } from './reservations.ts';

export function guestHandlers(parts: {
  on: boolean;
  guests: Guests;
  reservations: Reservations;
}): Handlers<'guest.enter' | 'guest.reserve'> {
  const { guests, reservations } = parts;

  /** Guests exist on the Classcord port only. */
  function requireGuests({ caller, actor }: Ctx): void {
    if (!parts.on || caller.door !== 'tcp') throw new AppError('guests_off');
    if (actor.kind !== 'anyone' && actor.kind !== 'guest')
      throw new AppError('already_logged_in', { name: actor.kind === 'local' ? 'local' : actor.name });
  }

  return {
    'guest.enter'(ctx, { name: typed, password }) {
      requireGuests(ctx);
      const { address, door, connection } = ctx.caller;
      const before = ctx.actor.kind === 'guest' ? ctx.actor : undefined;
      const at = ctx.now();
      let guest: { guestId: string; name: string };
      if (password === undefined) {
        if (typed !== undefined && reservations.holds(cleanUserName(typed), at) && guestKey(typed) !== guestKey(before?.name ?? ''))
          throw new AppError('name_taken', { name: cleanUserName(typed) });
        guest = guests.enter(before?.guestId, address, typed, at);
      } else {
        const name = reservations.claim(cleanUserName(typed ?? ''), password, at);
        if (name === undefined) throw new AppError('login_failed');
        guest = guests.enterAs(before?.guestId, address, name, at);
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
