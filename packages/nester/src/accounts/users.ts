import { AppError, cleanUserName, type Language, type Role, type User, type UserRecord, userKey, userNameProblem } from '@aerie/contract';
import { newId } from '../new-id.ts';
import type { UserAccountTable } from '../store/schema.ts';

/** A typed user name, cleaned; throws `bad_user_name`. */
export function requireUserName(typed: string): string {
  const name = cleanUserName(typed);
  const reason = userNameProblem(name);
  if (reason) throw new AppError('bad_user_name', { reason });
  return name;
}

/** The row of a new person. */
export function newUserRow(fields: {
  name: string;
  role: Role;
  language: Language;
  passwordHash: string | null;
  at: number;
}): UserAccountTable {
  return {
    user_id: newId(),
    name: fields.name,
    name_key: userKey(fields.name),
    kind: 'person',
    role: fields.role,
    language: fields.language,
    password_hash: fields.passwordHash,
    disabled_at: null,
    muted_until: null,
    banned_until: null,
    last_seen_at: null,
    created_at: fields.at,
  };
}

type PublicColumns = Pick<UserAccountTable, 'user_id' | 'name' | 'kind' | 'role' | 'disabled_at' | 'muted_until' | 'banned_until'>;

/** What everybody may know of a user. */
export function userOf(row: PublicColumns): User {
  return {
    userId: row.user_id,
    name: row.name,
    kind: row.kind,
    role: row.role,
    disabled: row.disabled_at !== null,
    ...(row.muted_until === null ? {} : { mutedUntil: row.muted_until }),
    ...(row.banned_until === null ? {} : { bannedUntil: row.banned_until }),
  };
}

/** What administration sees of a user. */
export function userRecordOf(row: PublicColumns & Pick<UserAccountTable, 'created_at' | 'last_seen_at' | 'language'>): UserRecord {
  return { ...userOf(row), createdAt: row.created_at, lastSeenAt: row.last_seen_at, language: row.language };
}
