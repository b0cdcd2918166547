import type { Policy } from '@aerie/contract/reports';
import { mayScanAt } from './policy.ts';

interface Past {
  /** When the last full scan, and the last look of either kind, began; null before the first. */
  readonly fullAt: number | null;
  readonly lookAt: number | null;
}

export interface NextLook {
  readonly kind: 'full' | 'sweep';
  readonly inMs: number;
}

/**
 * What is to be looked at next, and when: a full scan when it is due and a window is open, a sweep in between. Outside the
 * windows sweeps go on, which then touch nothing and measure the WAN alone.
 */
export function nextLook(policy: Pick<Policy, 'scanEveryMs' | 'sweepEveryMs' | 'windows' | 'zone'>, past: Past, now: number): NextLook {
  // A clock that was set back must not put the next scan off for hours.
  const due = (last: number | null, everyMs: number) => (last === null ? now : Math.min(last, now) + everyMs);
  const { open, until } = mayScanAt(policy, now);
  const asked = Math.max(now, due(past.fullAt, policy.scanEveryMs));
  const fullAt = open ? asked : until === null ? Number.POSITIVE_INFINITY : Math.max(asked, until);
  const sweepAt = Math.max(now, due(past.lookAt, policy.sweepEveryMs));
  return fullAt <= sweepAt ? { kind: 'full', inMs: fullAt - now } : { kind: 'sweep', inMs: sweepAt - now };
}
