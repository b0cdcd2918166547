import type { Language, Role, User } from '@aerie/contract';
import type { CompiledQuery, ExpressionBuilder, Kysely } from 'kysely';
import { compiledOnce, prepared } from '../store/prepared.ts';
import type { Tables, UserAccountTable } from '../store/schema.ts';
import { userOf } from './users.ts';

export async function allUsers(db: Kysely<Tables>): Promise<User[]> {
  const rows = await db
    .selectFrom('user_account')
    .select(['user_id', 'name', 'kind', 'role', 'disabled_at', 'muted_until', 'banned_until'])
    .execute();
  return rows.map(userOf);
}

export async function userById(db: Kysely<Tables>, userId: string): Promise<UserAccountTable | undefined> {
  const [user] = await byId(db, { userId });
  return user;
}

const byId = prepared<{ userId: string }, UserAccountTable>((db, value) =>
  db.selectFrom('user_account').selectAll().where('user_id', '=', value('userId')),
);

export async function userByKey(db: Kysely<Tables>, nameKey: string): Promise<UserAccountTable | undefined> {
  const [user] = await byKey(db, { nameKey });
  return user;
}

const byKey = prepared<{ nameKey: string }, UserAccountTable>((db, value) =>
  db.selectFrom('user_account').selectAll().where('name_key', '=', value('nameKey')),
);

/** Up to `limit` users whose name key comes after `after`. */
export async function usersAfter(db: Kysely<Tables>, after: string, limit: number): Promise<UserAccountTable[]> {
  return await db.selectFrom('user_account').selectAll().where('name_key', '>', after).orderBy('name_key').limit(limit).execute();
}

/** Changes nothing; touches no row when the user's role or state is another than `known` says. */
export function unchangedStandingQuery(db: Kysely<Tables>, known: User): CompiledQuery {
  return db
    .updateTable('user_account')
    .set({ role: known.role })
    .where('user_id', '=', known.userId)
    .where('role', '=', known.role)
    .where('disabled_at', known.disabled ? 'is not' : 'is', null)
    .compile();
}

/** Changes nothing; touches no row when the user is banned by then. */
export function unbannedQuery(db: Kysely<Tables>, { userId, role }: Pick<User, 'userId' | 'role'>, now: number): CompiledQuery {
  return db
    .updateTable('user_account')
    .set({ role })
    .where('user_id', '=', userId)
    .where('role', '=', role)
    .where(({ eb, or }) => or([eb('banned_until', 'is', null), eb('banned_until', '<=', now)]))
    .compile();
}

/**
 * Changes role or state. It touches no row when afterwards nobody could administer: two administrators who take
 * each other's rights at the same moment cannot both succeed.
 */
export function updateStandingQuery(
  db: Kysely<Tables>,
  userId: string,
  change: { role?: Role; disabled_at?: number | null },
  now: number,
): CompiledQuery {
  const update = db.updateTable('user_account').set(change).where('user_id', '=', userId);
  const keepsAdmin = change.role === 'admin' || change.disabled_at === null;
  if (keepsAdmin) return update.compile();
  return update
    .where(eb =>
      eb.or([
        eb('role', '!=', 'admin'),
        eb('disabled_at', 'is not', null),
        eb('kind', '=', 'bot'),
        eb.exists(otherAdmins(eb, userId, now)),
      ]),
    )
    .compile();
}

/** Somebody else who can administer now: a person whose account is neither closed nor banned. */
function otherAdmins(eb: ExpressionBuilder<Tables, 'user_account'>, userId: string, now: number) {
  return eb
    .selectFrom('user_account as other')
    .select('other.user_id')
    .where('other.user_id', '!=', userId)
    .where('other.role', '=', 'admin')
    .where('other.kind', '=', 'person')
    .where('other.disabled_at', 'is', null)
    .where(({ eb, or }) => or([eb('other.banned_until', 'is', null), eb('other.banned_until', '<=', now)]));
}

export function muteQuery(db: Kysely<Tables>, userId: string, until: number | null): CompiledQuery {
  return db.updateTable('user_account').set({ muted_until: until }).where('user_id', '=', userId).compile();
}

/**
 * Bans until then; null ends it. It touches no row when nobody could administer meanwhile: two administrators who ban
 * each other at the same moment cannot both succeed.
 */
export function banQuery(db: Kysely<Tables>, userId: string, until: number | null, now: number): CompiledQuery {
  const update = db.updateTable('user_account').set({ banned_until: until }).where('user_id', '=', userId);
  if (until === null) return update.compile();
  return update
    .where(eb => eb.or([eb('role', '!=', 'admin'), eb('disabled_at', 'is not', null), eb.exists(otherAdmins(eb, userId, now))]))
    .compile();
}

/** @param from the hash that was verified; the update touches no row when it has changed since. */
export function setPasswordQuery(db: Kysely<Tables>, userId: string, hash: string, from?: string): CompiledQuery {
  const update = db.updateTable('user_account').set({ password_hash: hash }).where('user_id', '=', userId);
  return (from === undefined ? update : update.where('password_hash', '=', from)).compile();
}

/**
 * Notes a log-in, with the hash to keep. It touches no row when the account was closed or banned, or its password (`verified`)
 * changed, since the password was verified.
 */
export const enterQuery = compiledOnce<{ userId: string; verified: string; hash: string; at: number }, never>((db, value) =>
  db
    .updateTable('user_account')
    .set({ password_hash: value('hash'), last_seen_at: value('at') })
    .where('user_id', '=', value('userId'))
    .where('password_hash', '=', value('verified'))
    .where('disabled_at', 'is', null)
    .where(({ eb, or }) => or([eb('banned_until', 'is', null), eb('banned_until', '<=', value('at'))])),
);

export function setLanguageQuery(db: Kysely<Tables>, userId: string, language: Language): CompiledQuery {
  return db.updateTable('user_account').set({ language }).where('user_id', '=', userId).compile();
}

export const seenUserQuery = compiledOnce<{ userId: string; at: number }, never>((db, value) =>
  db
    .updateTable('user_account')
    .set({ last_seen_at: value('at') })
    .where('user_id', '=', value('userId')),
);
