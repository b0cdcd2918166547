import type { secretCommands as specs } from '@aerie/contract';
import { AppError } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import { secretCommands } from './secrets.commands.ts';
import { keptSecrets } from './secrets.store.ts';
import { Vault } from './vault.ts';

/** Secrets at rest: passwords and keys that Aerie must know in clear to use them. */
export interface Secrets {
  readonly commands: Handlers<keyof typeof specs>;
  /** Seals a text for one purpose. @throws AppError `secrets_locked` when there is no key */
  seal(text: string, purpose: string): string;
  /** Opens what was sealed for that purpose. @throws AppError `secrets_locked` when the key is missing or another one */
  open(sealed: string, purpose: string): string;
}

/**
 * Opens the room. Where nothing is sealed yet, the key file is made; where something is, a missing one is not replaced: the
 * old key may come back, and until then what is sealed only waits.
 */
export async function openSecrets({ store, file, log }: { store: Store; file: string; log: Log }): Promise<Secrets> {
  const vault = new Vault(file);
  const kept = await keptSecrets(store.read);
  try {
    if (kept.length === 0) vault.make();
    for (const { sealed, purpose } of kept) vault.open(sealed, purpose);
  } catch (error) {
    const reason = error instanceof AppError ? String(error.params.reason ?? error.message) : (error as Error).message;
    log.error('START', 'Secrets cannot be opened: put the right key file back, or type them again after "nester secret rotate --forget"', {
      reason,
      secrets: kept.length,
    });
  }
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work, work);
    turn = done.catch(() => undefined);
    return done;
  };
  return {
    commands: secretCommands(vault, inTurn),
    seal: (text, purpose) => vault.seal(text, purpose),
    open: (sealed, purpose) => vault.open(sealed, purpose),
  };
}
