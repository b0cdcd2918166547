import { AppError, type CommandOutput, userKey } from '@aerie/contract';
import { type Ctx, meOf, type UserActor } from '../context.ts';
import { newId } from '../new-id.ts';
import type { UserAccountTable } from '../store/schema.ts';
import type { Unit } from '../store/unit.ts';
import type { Shared } from './parts.ts';
import { sessionById } from './sessions.store.ts';
import { actorOf, newSessionRow } from './sessions.ts';
import { newToken, tokenHash } from './tokens.ts';

/** A log-in that is ready to be committed. */
export interface Entry {
  readonly token: string;
  readonly expiresAt: number;
  readonly actor: UserActor;
  readonly client: string | undefined;
}

/** What a log-in says of where it comes from: the installation, and the program. */
interface Installation {
  device?: string | undefined;
  client?: string | undefined;
}

/** Throws when the connection acts as somebody else already. */
export function requireFreeConnection({ actor, caller }: Ctx, name?: string): void {
  if (!caller.connection || actor.kind !== 'user') return;
  if (name === undefined || userKey(name) !== userKey(actor.name)) throw new AppError('already_logged_in', { name: actor.name });
}

/** Adds a new session of a user to a unit. */
export function addSession(unit: Unit, ctx: Ctx, user: UserAccountTable, { device, client }: Installation): Entry {
  const token = newToken();
  const { door, address } = ctx.caller;
  const agent = ctx.caller.agent || client || '';
  const row = newSessionRow({
    sessionId: newId(),
    tokenHash: tokenHash(token),
    userId: user.user_id,
    device,
    door,
    address,
    agent,
    at: ctx.now(),
  });
  unit.insert('session', row);
  return { token, expiresAt: row.expires_at, actor: actorOf(row, user), client };
}

/** Once its unit is on disk: lets the caller's connection in, and answers what a log-in answers. */
export async function enter(shared: Shared, ctx: Ctx, entry: Entry): Promise<CommandOutput<'session.logIn'>> {
  const { door, address } = ctx.caller;
  const actor = shared.directory.asNow(entry.actor);
  ctx.log.info('LOGIN', 'Logged in', { user: actor.name, userId: actor.userId, door, address });
  await actLive(shared, ctx, actor, { client: entry.client });
  return { token: entry.token, expiresAt: entry.expiresAt, me: meOf(actor) };
}

/**
 * From now on the caller's connection, if it is a live one, acts as that user, whose rights are those of this moment: later changes reach it.
 * @param endings what `shared.endings` told before the session was read
 */
export async function actLive(
  shared: Shared,
  ctx: Ctx,
  actor: UserActor,
  { client, endings }: { client: string | undefined; endings?: number },
): Promise<void> {
  if (!ctx.caller.connection) return;
  ctx.caller.connection.logIn(actor, client);
  // Ended between the reading of the session and this line, nobody has told the connection: look again.
  if (endings === shared.endings() || (await sessionById(ctx.db, actor.sessionId))) return;
  shared.bus.publish('sessions.ended', { userId: actor.userId, sessionId: actor.sessionId, reason: 'ended' });
}
