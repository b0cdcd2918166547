import { AppError, type tokenCommands as specs } from '@aerie/contract';
import { Lockout } from '../accounts/lockout.ts';
import { tokenHash } from '../accounts/tokens.ts';
import type { Limits } from '../config.ts';
import type { Caller, Handlers, TokenActor } from '../context.ts';
import type { Log } from '../log.ts';
import type { Committer } from '../store/commit.ts';
import type { Store } from '../store/store.ts';
import { Unit } from '../store/unit.ts';
import { isGood, scopesOf } from './api-tokens.ts';
import { tokenCommands } from './tokens.commands.ts';
import { tokenByHash, usedQuery } from './tokens.store.ts';

/** When a token was last used is written down at most so often. */
const noteEveryMs = 60_000;

/** Programs that may read. */
export interface Tokens {
  readonly commands: Handlers<keyof typeof specs>;
  /**
   * Whose token it is.
   * @throws AppError `token_refused`, or `too_many_attempts` to whoever tries one after the other
   */
  authenticate(token: string, caller: Pick<Caller, 'address' | 'door'>): Promise<TokenActor>;
}

/** Opens the room. */
export function openTokens({
  store,
  committer,
  limits,
  log,
  now,
}: {
  store: Store;
  committer: Committer;
  limits: Limits;
  log: Log;
  now: () => number;
}): Tokens {
  const lockout = new Lockout(limits);
  const noting = new Set<string>();
  const noteUse = (tokenId: string, usedAt: number | null) => {
    const at = now();
    if ((usedAt !== null && at - usedAt < noteEveryMs) || noting.has(tokenId)) return;
    noting.add(tokenId);
    committer
      .commit(new Unit().run(usedQuery(store.read, tokenId, at)))
      // Nothing is lost but a time; the next use notes it again.
      .catch(() => {})
      .finally(() => noting.delete(tokenId));
  };
  return {
    commands: tokenCommands,
    async authenticate(token, { address, door }) {
      const hash = tokenHash(token);
      // Each wrong token is an account of its own here, and the address counts for all of them.
      const seconds = lockout.waitSeconds(hash, address, now());
      if (seconds > 0) throw new AppError('too_many_attempts', { seconds });
      const row = await tokenByHash(store.read, hash);
      if (!row || !isGood(row, now())) {
        lockout.failed(hash, address, now());
        // A name that no account can have: nobody is accused. The token itself is never written down.
        log.warning('LOGIN', `Failed login attempt from ${address}`, { user: '(token)', tokenId: row?.token_id, door });
        throw new AppError('token_refused');
      }
      noteUse(row.token_id, row.used_at);
      return { kind: 'token', tokenId: row.token_id, name: row.name, scopes: scopesOf(row) };
    },
  };
}
