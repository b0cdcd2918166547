import { AppError } from '@aerie/contract';

/**
 * Counts one more of what may be done so often within a window.
 * @param times of those before, in ms
 * @returns the times within the window and now, oldest first
 * @throws AppError `too_fast` when there were `most` already. A time to come is one from before the clock was set back.
 */
export function counted(times: readonly number[], now: number, most: number, windowMs: number): number[] {
  const recent = times.filter(at => at > now - windowMs && at <= now);
  if (recent.length >= most) throw new AppError('too_fast', { seconds: Math.ceil((recent[0]! + windowMs - now) / 1_000) });
  return [...recent, now];
}
