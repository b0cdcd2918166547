import { AppError, cleanUserName, userKey } from '@aerie/contract';
import { type Ctx, type Handlers, meOf } from '../context.ts';
import { requireUser } from '../errors.ts';
import type { UserAccountTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import type { Authentication } from './authentication.ts';
import { actLive, addSession, type Entry, enter, requireFreeConnection } from './entrance.ts';
import { requirePassword } from './guess.ts';
import type { Shared } from './parts.ts';
import { endPastQuery, endSessionQuery, sessionById, sessionsOf, sessionsPast, sweepOwnQuery } from './sessions.store.ts';
import { mostSessions } from './sessions.ts';
import { enterQuery, userById, userByKey } from './users.store.ts';

type Names = 'session.logIn' | 'session.resume' | 'session.show' | 'session.list' | 'session.logOut' | 'session.end';

export function sessionCommands(shared: Shared, authentication: Authentication): Handlers<Names> {
  return {
    async 'session.logIn'(ctx, { user: typed, password, device, client }) {
      const name = cleanUserName(typed);
      requireFreeConnection(ctx, name);
      const attempt = () => logInOnce(shared, ctx, { name, password }, { device, client });
      // The account changed while its password was verified: once more with what is there now.
      const entry = (await attempt()) ?? (await attempt());
      if (!entry) throw new AppError('login_failed');
      return await enter(shared, ctx, entry);
    },

    async 'session.resume'(ctx, { token, client }) {
      const endings = shared.endings();
      const actor = await authentication.authenticate(token);
      if (!actor) throw new AppError('session_ended');
      requireFreeConnection(ctx, actor.name);
      await actLive(shared, ctx, actor, { client, endings });
      return { me: meOf(actor) };
    },

    async 'session.show'(ctx) {
      const actor = requireUser(ctx.actor);
      const [session, user] = await Promise.all([sessionById(ctx.db, actor.sessionId), userById(ctx.db, actor.userId)]);
      if (!session || !user) throw new AppError('session_ended');
      authentication.noteUse(actor, session.seen_at);
      return { me: { ...meOf(actor), name: user.name, role: user.role, language: user.language } };
    },

    async 'session.list'(ctx) {
      const actor = requireUser(ctx.actor);
      const rows = await sessionsOf(ctx.db, actor.userId, ctx.now());
      return {
        sessions: rows.map(row => ({
          sessionId: row.session_id,
          door: row.door,
          address: row.address,
          agent: row.agent,
          createdAt: row.created_at,
          seenAt: row.seen_at,
          current: row.session_id === actor.sessionId,
        })),
      };
    },

    async 'session.logOut'(ctx) {
      const { userId, sessionId } = requireUser(ctx.actor);
      await ctx.commit(new Unit().run(endSessionQuery(ctx.db, userId, sessionId)));
      shared.bus.publish('sessions.ended', { userId, sessionId, reason: 'logged_out' });
      return {};
    },

    async 'session.end'(ctx, { sessionId }) {
      const { userId } = requireUser(ctx.actor);
      await ctx.commit(new Unit().run(endSessionQuery(ctx.db, userId, sessionId), new AppError('not_found', { thing: 'session' })));
      shared.bus.publish('sessions.ended', { userId, sessionId, reason: 'ended' });
      return {};
    },
  };
}

/**
 * Undefined when the account was changed between the check of its password and the commit.
 * Only with the right password is one told of a ban.
 */
async function logInOnce(
  shared: Shared,
  ctx: Ctx,
  typed: { name: string; password: string },
  from: { device: string | undefined; client: string | undefined },
): Promise<Entry | undefined> {
  const user = await userByKey(ctx.db, userKey(typed.name));
  const verified = mayLogIn(user) ? user.password_hash : undefined;
  const hash = await requirePassword(shared, ctx, typed, verified);
  if (!user || verified === undefined) throw new AppError('login_failed');
  const at = ctx.now();
  const until = user.banned_until ?? 0;
  if (until > at) throw new AppError('banned', { until, because: shared.bannedBecause(user.user_id, until) });
  const unit = new Unit()
    .run(enterQuery(ctx.db, { userId: user.user_id, verified, hash, at }), new AppError('conflict'))
    .run(sweepOwnQuery(ctx.db, { userId: user.user_id, now: at }))
    .run(endPastQuery(ctx.db, { userId: user.user_id, kept: mostSessions - 1 }));
  const entry = addSession(unit, ctx, user, from);
  try {
    const past = await sessionsPast(ctx.db, user.user_id, mostSessions);
    await ctx.commit(unit);
    for (const sessionId of past) shared.bus.publish('sessions.ended', { userId: user.user_id, sessionId, reason: 'ended' });
    return entry;
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') return undefined;
    throw error;
  }
}

/** Bots and closed accounts cannot. */
function mayLogIn(user: UserAccountTable | undefined): user is UserAccountTable & { password_hash: string } {
  return user !== undefined && user.kind === 'person' && user.disabled_at === null && user.password_hash !== null;
}
