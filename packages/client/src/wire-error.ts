import { AppError, type ErrorCode, errorCatalogue } from '@aerie/contract/errors';
import type { ErrorFrame } from '@aerie/contract/frames';

/** The error that an answer carries. A code that this client is too old to know becomes `internal`, with the code as its reference. */
export function wireError(error: ErrorFrame['error']): AppError {
  if (Object.hasOwn(errorCatalogue, error.code)) return new AppError(error.code as ErrorCode, error.params);
  return new AppError('internal', { ref: String(error.code) });
}

/** Whether an error only says that this line is going or gone, so that the next one may do better. */
export function isPassing(error: AppError): boolean {
  return error.code === 'connection_lost' || error.code === 'stopping';
}
