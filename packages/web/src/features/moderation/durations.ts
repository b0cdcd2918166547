import { limits } from '@aerie/contract/limits';

const hour = 60;
const day = 24 * hour;

/** Times that a mute or a ban usually lasts, in minutes. */
export const durations = [10, hour, 8 * hour, day, 7 * day, 30 * day, 365 * day] as const;

const units: Record<string, number> = { s: 1 / 60, m: 1, min: 1, h: hour, d: day, j: day, w: 7 * day, sem: 7 * day };

/** A time as people type it, in minutes: "10", "10m", "2h", "3d" or "3j"; undefined when it is none, or too long. */
export function minutesOf(typed: string): number | undefined {
  const [, count, unit = 'm'] = /^(\d{1,7})(\p{L}*)$/u.exec(typed.trim().toLowerCase()) ?? [];
  const factor = Object.hasOwn(units, unit || 'm') ? units[unit || 'm'] : undefined;
  if (count === undefined || factor === undefined) return undefined;
  const minutes = Math.ceil(Number(count) * factor);
  return minutes >= 1 && minutes <= limits.sanctionMinutes ? minutes : undefined;
}
