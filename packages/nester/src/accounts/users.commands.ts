import { AppError, type Role, type User } from '@aerie/contract';
import type { Ctx, Handlers } from '../context.ts';
import { Unit } from '../store/unit.ts';
import { commitAct } from './audit.ts';
import { endSetup, newAccount, orUserExists } from './new-account.ts';
import type { Shared } from './parts.ts';
import { requireStrong } from './passwords.ts';
import { endSessionsQuery } from './sessions.store.ts';
import { setPasswordQuery, unbannedQuery, updateStandingQuery, usersAfter } from './users.store.ts';
import { userRecordOf } from './users.ts';

type Names =
  | 'user.register'
  | 'user.create'
  | 'user.list'
  | 'user.setRole'
  | 'user.setPassword'
  | 'user.disable'
  | 'user.enable'
  | 'user.endSessions';

export function userCommands(shared: Shared): Handlers<Names> {
  return {
    async 'user.register'(ctx, { name, password, language }) {
      if (shared.config.registration !== 'open') throw new AppError('registration_closed');
      const { door, address } = ctx.caller;
      // Counted before the password is hashed: many who ask together are not all let through.
      const seconds = shared.registrations.take(address, ctx.now());
      if (seconds > 0) throw new AppError('too_fast', { seconds });
      try {
        const { row, unit } = await newAccount(shared, { name, password, role: 'member', language: language ?? 'en' });
        await orUserExists(ctx.commit(unit));
        ctx.log.info('LOGIN', 'Registered', { user: row.name, userId: row.user_id, door, address });
        return { userId: row.user_id };
      } catch (error) {
        shared.registrations.giveBack(address);
        throw error;
      }
    },

    async 'user.create'(ctx, { name, password, role, language }) {
      const own = ctx.actor.kind === 'user' ? ctx.actor.language : 'en';
      const { row, unit } = await newAccount(shared, { name, password, role, language: language ?? own });
      requireActorStill(shared, ctx, unit);
      await orUserExists(commitAct(ctx, unit, { action: 'user.create', subject: row.name, detail: { userId: row.user_id, role } }));
      return { userId: row.user_id };
    },

    async 'user.list'(ctx, { after, limit }) {
      const rows = await usersAfter(ctx.db, after ?? '', limit + 1);
      const page = rows.slice(0, limit);
      return { users: page.map(userRecordOf), next: rows.length > limit ? page.at(-1)!.name_key : null };
    },

    async 'user.setRole'(ctx, { userId, role }) {
      const user = requireTarget(shared, userId);
      if (user.role === role) return {};
      const unit = changeStanding(shared, ctx, user, { role });
      await commitAct(ctx, unit, { action: 'user.setRole', subject: user.name, detail: { userId, from: user.role, to: role } });
      return {};
    },

    async 'user.setPassword'(ctx, { userId, password }) {
      const user = requireTarget(shared, userId);
      if (user.kind === 'bot') throw new AppError('not_found', { thing: 'person' });
      requireStrong(password, user.name, shared.config.passwordMin);
      const hash = await shared.hashing.hash(password);
      const unit = new Unit().run(setPasswordQuery(ctx.db, userId, hash)).run(endSessionsQuery(ctx.db, userId));
      requireActorStill(shared, ctx, unit);
      await commitAct(ctx, unit, { action: 'user.setPassword', subject: user.name, detail: { userId } });
      shared.bus.publish('sessions.ended', { userId, reason: 'password_changed' });
      return {};
    },

    async 'user.disable'(ctx, { userId }) {
      const user = requireTarget(shared, userId);
      if (user.disabled) return {};
      const unit = changeStanding(shared, ctx, user, { disabled: true }).run(endSessionsQuery(ctx.db, userId));
      await commitAct(ctx, unit, { action: 'user.disable', subject: user.name, detail: { userId } });
      shared.bus.publish('sessions.ended', { userId, reason: 'disabled' });
      return {};
    },

    async 'user.endSessions'(ctx, { userId }) {
      const user = requireTarget(shared, userId);
      const unit = new Unit().run(endSessionsQuery(ctx.db, userId));
      await commitAct(ctx, unit, { action: 'user.endSessions', subject: user.name, detail: { userId } });
      shared.bus.publish('sessions.ended', { userId, reason: 'ended' });
      return {};
    },

    async 'user.enable'(ctx, { userId }) {
      const user = requireTarget(shared, userId);
      if (!user.disabled) return {};
      const unit = changeStanding(shared, ctx, user, { disabled: false });
      await commitAct(ctx, unit, { action: 'user.enable', subject: user.name, detail: { userId } });
      return {};
    },
  };
}

function requireTarget({ directory }: Shared, userId: string): User {
  const user = directory.byId(userId);
  if (!user) throw new AppError('not_found', { thing: 'user' });
  return user;
}

/** A password takes a while to hash: what was begun by somebody whose rights have been taken away meanwhile is not written. */
function requireActorStill({ directory }: Shared, { actor, db, now }: Ctx, unit: Unit): void {
  if (actor.kind !== 'user') return;
  const user = directory.byId(actor.userId);
  if (!user) throw new AppError('forbidden');
  const known = { ...user, role: actor.role, disabled: false };
  const forbidden = new AppError('forbidden');
  directory.requireUnchanged(unit, db, known, forbidden);
  unit.run(unbannedQuery(db, known, now()), forbidden);
}

/**
 * Prepares the unit that gives a user another role or state, and tells everybody.
 * It fails as a whole when the user changed meanwhile (the event would say something else than the row), or when nobody
 * could administer any more.
 */
function changeStanding(shared: Shared, ctx: Ctx, user: User, change: { role: Role } | { disabled: boolean }): Unit {
  const { directory, effects } = shared;
  const { userId, name } = user;
  const after: User = { ...user, ...change };
  const columns = 'role' in change ? { role: change.role } : { disabled_at: change.disabled ? ctx.now() : null };
  const unit = new Unit();
  directory.requireUnchanged(unit, ctx.db, user);
  unit.run(updateStandingQuery(ctx.db, userId, columns, ctx.now()), new AppError('last_admin'));
  if (after.role === 'admin' && !after.disabled) endSetup(unit, shared);
  // Beside what changes here, the user is by then as others have left them.
  unit.event('user.updated', ['all'], { userId }, () => ({ user: { ...(directory.byId(userId) ?? user), ...change } }));
  for (const effect of effects) effect(unit, { userId, name, language: undefined, before: user, after });
  return unit;
}
