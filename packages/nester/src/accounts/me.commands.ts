import { AppError } from '@aerie/contract';
import { type Handlers, meOf } from '../context.ts';
import { requireUser } from '../errors.ts';
import { Unit } from '../store/unit.ts';
import { requirePassword } from './guess.ts';
import type { Shared } from './parts.ts';
import { requireStrong } from './passwords.ts';
import { endSessionsQuery } from './sessions.store.ts';
import { setLanguageQuery, setPasswordQuery, userById } from './users.store.ts';

export function meCommands(shared: Shared): Handlers<'me.update' | 'me.changePassword'> {
  return {
    async 'me.update'(ctx, { language }) {
      const actor = requireUser(ctx.actor);
      await ctx.commit(new Unit().run(setLanguageQuery(ctx.db, actor.userId, language)));
      ctx.caller.connection?.logIn({ ...actor, language });
      return { me: meOf({ ...actor, language }) };
    },

    async 'me.changePassword'(ctx, { current, password }) {
      const { userId, name, sessionId } = requireUser(ctx.actor);
      const user = await userById(ctx.db, userId);
      requireStrong(password, name, shared.config.passwordMin);
      const stored = user?.password_hash ?? undefined;
      await requirePassword(shared, ctx, { name, password: current }, stored);
      const hash = await shared.hashing.hash(password);
      const unit = new Unit()
        .run(setPasswordQuery(ctx.db, userId, hash, stored), new AppError('conflict'))
        .run(endSessionsQuery(ctx.db, userId, sessionId));
      await ctx.commit(unit);
      shared.bus.publish('sessions.ended', { userId, except: sessionId, reason: 'password_changed' });
      const { door, address } = ctx.caller;
      ctx.log.info('LOGIN', 'Password changed', { user: name, userId, door, address });
      return {};
    },
  };
}
