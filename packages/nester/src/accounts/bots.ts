import type { User } from '@aerie/contract';
import { Unit } from '../store/unit.ts';
import type { Shared } from './parts.ts';
import { newUserRow, userOf } from './users.ts';

/** The account of a bot: it speaks, nobody logs in with it. Made when it is not there yet. */
export async function ensureBot(
  { committer, directory, now }: Pick<Shared, 'committer' | 'directory' | 'now'>,
  name: string,
): Promise<User> {
  const existing = directory.byName(name);
  if (existing) return existing;
  const row = newUserRow({ name, role: 'member', language: 'en', passwordHash: null, at: now() });
  row.kind = 'bot';
  const user = userOf(row);
  const unit = new Unit().insert('user_account', row);
  unit.event('user.created', ['all'], { userId: user.userId }, () => ({ user }));
  await committer.commit(unit);
  return user;
}
