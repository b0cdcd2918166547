import type { CompiledQuery, Kysely } from 'kysely';
import { compiledOnce, prepared } from '../store/prepared.ts';
import type { SessionTable, Tables, UserAccountTable } from '../store/schema.ts';

export type OpenSession = Pick<SessionTable, 'session_id' | 'device_id' | 'seen_at'> &
  Pick<UserAccountTable, 'user_id' | 'name' | 'role' | 'language'>;

/** The unexpired session of a token with its user, unless that account is closed or banned. */
export async function openSessionByToken(db: Kysely<Tables>, hash: string, now: number): Promise<OpenSession | undefined> {
  const [session] = await byToken(db, { hash, now });
  return session;
}

const byToken = prepared<{ hash: string; now: number }, OpenSession>((db, value) =>
  db
    .selectFrom('session')
    .innerJoin('user_account as user', 'user.user_id', 'session.user_id')
    .select(['session.session_id', 'session.device_id', 'session.seen_at', 'user.user_id', 'user.name', 'user.role', 'user.language'])
    .where('session.token_hash', '=', value('hash'))
    .where('session.expires_at', '>', value('now'))
    .where('user.disabled_at', 'is', null)
    .where(({ eb, or }) => or([eb('user.banned_until', 'is', null), eb('user.banned_until', '<=', value('now'))]))
    .where('user.kind', '=', 'person'),
);

export async function sessionById(db: Kysely<Tables>, sessionId: string): Promise<SessionTable | undefined> {
  const [session] = await byId(db, { sessionId });
  return session;
}

const byId = prepared<{ sessionId: string }, SessionTable>((db, value) =>
  db.selectFrom('session').selectAll().where('session_id', '=', value('sessionId')),
);

/** A user's unexpired sessions, newest first. */
export async function sessionsOf(db: Kysely<Tables>, userId: string, now: number): Promise<SessionTable[]> {
  return await db
    .selectFrom('session')
    .selectAll()
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .orderBy('session_id', 'desc')
    .execute();
}

/** Those of a user's sessions that go when one more is to be the last of `most`: the ones that were not used for longest. */
export async function sessionsPast(db: Kysely<Tables>, userId: string, most: number): Promise<string[]> {
  return (await past(db, { userId, kept: most - 1 })).map(row => row.session_id);
}

const past = prepared<{ userId: string; kept: number }, { session_id: string }>((db, value) =>
  lastUsed(db, value('userId')).offset(value('kept')).limit(1_000_000),
);

/** Ends them, by what is there when it is written: all but `kept`. */
export const endPastQuery = compiledOnce<{ userId: string; kept: number }, never>((db, value) =>
  db
    .deleteFrom('session')
    .where('user_id', '=', value('userId'))
    .where('session_id', 'not in', lastUsed(db, value('userId')).limit(value('kept'))),
);

const lastUsed = (db: Kysely<Tables>, userId: string) =>
  db.selectFrom('session').select('session_id').where('user_id', '=', userId).orderBy('seen_at', 'desc').orderBy('session_id', 'desc');

/** Moves the end of a session on, with its use. */
export const seenSessionQuery = compiledOnce<{ sessionId: string; at: number; expiresAt: number }, never>((db, value) =>
  db
    .updateTable('session')
    .set({ seen_at: value('at'), expires_at: value('expiresAt') })
    .where('session_id', '=', value('sessionId')),
);

export function endSessionQuery(db: Kysely<Tables>, userId: string, sessionId: string): CompiledQuery {
  return db.deleteFrom('session').where('user_id', '=', userId).where('session_id', '=', sessionId).compile();
}

/** Ends all of a user's sessions, but one. */
export function endSessionsQuery(db: Kysely<Tables>, userId: string, except?: string): CompiledQuery {
  const all = db.deleteFrom('session').where('user_id', '=', userId);
  return (except === undefined ? all : all.where('session_id', '!=', except)).compile();
}

/** Removes what expired. */
export function sweepSessionsQuery(db: Kysely<Tables>, now: number): CompiledQuery {
  return db.deleteFrom('session').where('expires_at', '<=', now).compile();
}

/** Removes what expired of one user. */
export const sweepOwnQuery = compiledOnce<{ userId: string; now: number }, never>((db, value) =>
  db.deleteFrom('session').where('expires_at', '<=', value('now')).where('user_id', '=', value('userId')),
);
