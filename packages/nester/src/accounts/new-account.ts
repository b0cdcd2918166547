import { AppError, type Language, type Role } from '@aerie/contract';
import type { InvitationTable, UserAccountTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { revokeSetupQuery, useInvitationQuery } from './invitations.store.ts';
import type { Shared } from './parts.ts';
import { requireStrong } from './passwords.ts';
import { newUserRow, requireUserName, userOf } from './users.ts';

/**
 * Checks a name and a password, and prepares the unit that makes the account.
 * @param invitation is used up by it; of two units that use the same, only one is written.
 * @throws bad_user_name, user_exists, weak_password
 */
export async function newAccount(
  shared: Shared,
  fields: { name: string; password: string; role: Role; language: Language },
  invitation?: InvitationTable,
): Promise<{ row: UserAccountTable; unit: Unit }> {
  const name = requireUserName(fields.name);
  if (shared.directory.byName(name)) throw new AppError('user_exists');
  requireStrong(fields.password, name, shared.config.passwordMin);
  const passwordHash = await shared.hashing.hash(fields.password);
  const row = newUserRow({ name, role: fields.role, language: fields.language, passwordHash, at: shared.now() });
  const unit = new Unit();
  if (invitation) unit.run(useInvitationQuery(shared.store.read, invitation.invitation_id, row.created_at), new AppError('link_invalid'));
  if (row.role === 'admin') endSetup(unit, shared);
  addAccount(unit, shared, row, fields.language);
  return { row, unit };
}

/**
 * Adds a new account, and what follows from it, to a unit.
 * @param language of somebody who is here now, to be greeted
 */
export function addAccount(unit: Unit, { effects }: Shared, row: UserAccountTable, language: Language | undefined): void {
  unit.insert('user_account', row);
  const user = userOf(row);
  const { userId, name, role } = user;
  unit.event('user.created', ['all'], { userId }, () => ({ user }));
  for (const effect of effects) effect(unit, { userId, name, language, before: undefined, after: { role, disabled: false } });
}

/** For every unit that makes an administrator: whoever still holds a set-up link cannot make another one. */
export function endSetup(unit: Unit, { store, now }: Shared): void {
  unit.run(revokeSetupQuery(store.read, now()));
}

/** Commits a unit that makes an account. Of two who take one name together, one is told so: that is decided at the commit. */
export async function orUserExists<T>(commit: Promise<T>): Promise<T> {
  try {
    return await commit;
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') throw new AppError('user_exists');
    throw error;
  }
}
