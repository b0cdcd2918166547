const firstMs = 500;
const longestMs = 30_000;

/**
 * How long to wait before attempt number `attempt` (from 0), in ms: twice as long at most each time,
 * and anywhere below that ("full jitter"), so that a room full of clients does not come back in one instant.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(longestMs, firstMs * 2 ** attempt));
}
