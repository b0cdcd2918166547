import type { EventBody } from '@aerie/contract';
import { AppError } from '@aerie/contract/errors';
import { Failure } from '../failure.ts';

/** How the server said that it ends a session. */
export type Ending = EventBody<'session.ended'>;

/** Why a session has ended, as its owner is to be told. */
export function endingFailure(ending: Ending | undefined, url: string): Error {
  const because = ending?.why ? ` (${ending.why})` : '';
  switch (ending?.reason) {
    case 'logged_out':
    case 'ended':
    case 'disabled':
    case 'password_changed':
    case 'kicked':
      return new Failure(`ended.${ending.reason}`, { url, because });
    case 'banned':
      return new AppError('banned', { until: ending.until ?? '…', because });
    default:
      return new Failure('session.ended', { url });
  }
}
