import { AppError, type moderationCommands, type User } from '@aerie/contract';
import type { AccountSanctions } from '../accounts/sanctioned.ts';
import type { Bus } from '../bus/bus.ts';
import type { Actor, Ctx, Handlers } from '../context.ts';
import { newId } from '../new-id.ts';
import type { SanctionTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { holds, lengthOf, networkFrom, widestOf } from './networks.ts';
import { liftQuery, sanctionsBefore } from './sanctions.store.ts';
import type { Sanctions } from './sanctions.ts';
import { type Deed, deedSentence } from './sentences.ts';

/** What moderation is given. */
export interface ModerationParts {
  sanctions: Sanctions;
  accounts: AccountSanctions;
  bus: Bus;
  userById(userId: string): User | undefined;
  /** Adds to a unit what the server says to everybody. */
  announce(unit: Unit, content: string): void;
}

const minuteMs = 60_000;

export function commandsOfModeration(parts: ModerationParts): Handlers<keyof typeof moderationCommands> {
  const { sanctions, accounts, bus } = parts;

  /** Announces it in the language of whoever did it. */
  const tell = (ctx: Ctx, unit: Unit, deed: Deed) => {
    const { actor } = ctx;
    const language = actor.kind === 'user' ? actor.language : 'en';
    parts.announce(unit, deedSentence(deed, actor.kind === 'user' ? actor.name : undefined, language));
  };
  /** The person that is meant; nobody can be their own judge, and a bot has neither log-in nor voice of its own. */
  const target = ({ actor }: Ctx, userId: string) => {
    const user = parts.userById(userId);
    if (user?.kind !== 'person') throw new AppError('not_found', { thing: 'person' });
    if (actor.kind === 'user' && actor.userId === userId) throw new AppError('would_lock_out', { what: user.name });
    return user;
  };
  /** Adds to a unit the record of a mute or a ban, in place of the one that runs. */
  const record = (ctx: Ctx, unit: Unit, given: Pick<SanctionTable, 'kind' | 'user_id' | 'name' | 'network' | 'reason' | 'until'>) => {
    const { kind, user_id: userId, network } = given;
    const at = ctx.now();
    const row: SanctionTable = {
      sanction_id: newId(),
      ...given,
      created_at: at,
      created_by: nameOf(ctx.actor),
      lifted_at: null,
    };
    unit.run(liftQuery(ctx.db, { kind, ...(userId === null ? { network: network as string } : { userId }) }, at));
    unit.insert('sanction', row).onSettled(written => {
      if (written) sanctions.keep(row);
    });
  };
  const untilAfter = (ctx: Ctx, minutes: number) => ctx.now() + minutes * minuteMs;

  return {
    async 'user.kick'(ctx, { userId, reason: typed }) {
      const [user, reason] = [target(ctx, userId), clean(typed)];
      const unit = new Unit();
      accounts.endSessions(unit, userId);
      tell(ctx, unit, { do: 'kick', name: user.name, reason });
      await ctx.commitAct(unit, { action: 'user.kick', subject: user.name, detail: { userId, reason } });
      bus.publish('sessions.ended', { userId, reason: 'kicked', why: reason });
      return {};
    },

    async 'user.mute'(ctx, { userId, minutes, reason: typed }) {
      const [user, reason] = [target(ctx, userId), clean(typed)];
      const until = untilAfter(ctx, minutes);
      const unit = new Unit();
      accounts.mute(unit, user, until);
      record(ctx, unit, { kind: 'mute', user_id: userId, name: user.name, network: null, reason, until });
      tell(ctx, unit, { do: 'mute', name: user.name, minutes, reason });
      await ctx.commitAct(unit, { action: 'user.mute', subject: user.name, detail: { userId, minutes, until, reason } });
      return { until };
    },

    async 'user.unmute'(ctx, { userId }) {
      const user = target(ctx, userId);
      if ((user.mutedUntil ?? 0) <= ctx.now()) return {};
      const unit = new Unit().run(liftQuery(ctx.db, { kind: 'mute', userId }, ctx.now()));
      accounts.mute(unit, user, null);
      tell(ctx, unit, { do: 'unmute', name: user.name });
      await ctx.commitAct(unit, { action: 'user.unmute', subject: user.name, detail: { userId } });
      return {};
    },

    async 'user.ban'(ctx, { userId, minutes, reason: typed }) {
      const [user, reason] = [target(ctx, userId), clean(typed)];
      const until = untilAfter(ctx, minutes);
      const unit = new Unit();
      accounts.ban(unit, user, until, ctx.now());
      record(ctx, unit, { kind: 'ban', user_id: userId, name: user.name, network: null, reason, until });
      tell(ctx, unit, { do: 'ban', name: user.name, minutes, reason });
      await ctx.commitAct(unit, { action: 'user.ban', subject: user.name, detail: { userId, minutes, until, reason } });
      bus.publish('sessions.ended', { userId, reason: 'banned', why: reason, until });
      return { until };
    },

    async 'user.unban'(ctx, { userId }) {
      const user = target(ctx, userId);
      if ((user.bannedUntil ?? 0) <= ctx.now()) return {};
      const unit = new Unit().run(liftQuery(ctx.db, { kind: 'ban', userId }, ctx.now()));
      accounts.ban(unit, user, null, ctx.now());
      tell(ctx, unit, { do: 'unban', name: user.name });
      await ctx.commitAct(unit, { action: 'user.unban', subject: user.name, detail: { userId } });
      return {};
    },

    async 'address.ban'(ctx, { address, minutes, reason: typed }) {
      const network = networkFrom(address);
      const reason = clean(typed);
      const widest = widestOf(network);
      if (lengthOf(network) < widest) throw new AppError('network_too_wide', { network: network.name, widest });
      if (holds(network, ctx.caller.address)) throw new AppError('would_lock_out', { what: network.name });
      const until = untilAfter(ctx, minutes);
      const unit = new Unit();
      record(ctx, unit, { kind: 'ban', user_id: null, name: network.name, network: network.name, reason, until });
      tell(ctx, unit, { do: 'ban address', minutes, reason });
      await ctx.commitAct(unit, { action: 'address.ban', subject: network.name, detail: { minutes, until, reason } });
      bus.publish('address.banned', { network: network.name, why: reason, until });
      return { until, network: network.name };
    },

    async 'address.unban'(ctx, { address }) {
      const network = networkFrom(address);
      const lift = liftQuery(ctx.db, { kind: 'ban', network: network.name }, ctx.now());
      const unit = new Unit().run(lift, new AppError('not_found', { thing: network.name }));
      unit.onSettled(written => {
        if (written) sanctions.open(network);
      });
      tell(ctx, unit, { do: 'unban address' });
      await ctx.commitAct(unit, { action: 'address.unban', subject: network.name });
      return {};
    },

    async 'sanction.list'(ctx, { all, before, limit }) {
      const rows = await sanctionsBefore(ctx.db, { runningAt: all ? undefined : ctx.now(), before, limit });
      return {
        sanctions: rows.map(row => ({
          sanctionId: row.sanction_id,
          kind: row.kind,
          userId: row.user_id,
          name: row.name,
          network: row.network,
          reason: row.reason,
          createdAt: row.created_at,
          createdBy: row.created_by,
          until: row.until,
          liftedAt: row.lifted_at,
        })),
      };
    },
  };
}

/** One line, however it was typed: it stands in parentheses, on every door. */
function clean(reason: string): string {
  return reason.toWellFormed().replace(/\s+/g, ' ').trim();
}

/** As in the audit: who has no account stands in parentheses, which no user name may hold. */
function nameOf(actor: Actor): string {
  return actor.kind === 'user' ? actor.name : `(${actor.kind})`;
}
