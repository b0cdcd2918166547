import { AppError, userKey } from '@aerie/contract';
import type { Ctx } from '../context.ts';
import { decoy, hashPassword, isOutdated, verifyPassword } from './hashing.ts';
import type { Shared } from './parts.ts';

/**
 * Checks a password for a name, slowing down whoever guesses.
 * @param stored the account's hash; undefined for a name that cannot log in, which takes just as long.
 * @returns the hash to keep from now on: a new one where the old one's parameters are out of date.
 * @throws login_failed, too_many_attempts
 */
export async function requirePassword(
  { hashing, lockout }: Shared,
  ctx: Ctx,
  typed: { name: string; password: string },
  stored: string | undefined,
): Promise<string> {
  const { address, door } = ctx.caller;
  const account = userKey(typed.name);
  const requireNoWait = () => {
    const seconds = lockout.waitSeconds(account, address, ctx.now());
    if (seconds > 0) throw new AppError('too_many_attempts', { seconds });
  };
  requireNoWait();
  return await hashing.inTurn(async derive => {
    // Again, since many guesses may have queued before the first one failed.
    requireNoWait();
    const right = await verifyPassword(typed.password, stored ?? decoy(), derive);
    if (!right || stored === undefined) {
      lockout.failed(account, address, ctx.now());
      ctx.log.warning('LOGIN', `Failed login attempt from ${address}`, { user: typed.name, door });
      throw new AppError('login_failed');
    }
    lockout.succeeded(account, address);
    return isOutdated(stored) ? await hashPassword(typed.password, derive) : stored;
  });
}
