import { AppError } from '@aerie/contract';
import type { Actor, UserActor } from './context.ts';

/** The actor as a user, or `not_logged_in`. */
export function requireUser(actor: Actor): UserActor {
  if (actor.kind !== 'user') throw new AppError('not_logged_in');
  return actor;
}
