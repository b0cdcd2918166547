/** How often one thing began lately. */
export interface Firings {
  /** Within the window, oldest first. */
  readonly times: readonly number[];
  /** While it comes and goes too often: until then nobody is told. */
  readonly pausedUntil: number | null;
}

export const flapWindowMs = 2 * 3_600_000;
/** From one more on it is told no longer. */
const firingsTold = 10;
/** How long it must stay as it is to be told again. */
const calmMs = 30 * 60_000;

/** Counts a beginning. `now`: it is paused from this one on; `already`: it was. */
export function firedAgain(before: Firings | undefined, at: number): { firings: Firings; isPaused: 'no' | 'now' | 'already' } {
  const times = [...(before?.times ?? []).filter(time => time > at - flapWindowMs && time <= at), at];
  const wasPaused = before?.pausedUntil != null && before.pausedUntil > at;
  const isPaused = wasPaused ? 'already' : times.length > firingsTold ? 'now' : 'no';
  return { firings: { times, pausedUntil: isPaused === 'no' ? null : at + calmMs }, isPaused };
}
