import type { Maintenance } from '@aerie/contract';

/**
 * Whether maintenance is under way. What begins with its announcement does so by Nester's clock, behind which the one of
 * this screen may be.
 * @param now by the clock of this screen, in milliseconds since 1970
 */
export function isUnderWay({ next, createdAt }: Pick<Maintenance, 'next' | 'createdAt'>, now: number): boolean {
  return next !== null && next.from <= Math.max(now, createdAt);
}
