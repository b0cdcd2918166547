import type { Policy } from '@aerie/contract';

/** Addresses that are commonly measured to know whether the Internet is there. Offered, never set by themselves. */
export const usualTargets = ['1.1.1.1', '8.8.8.8', '9.9.9.9'];

/** The networks of the probes that are not authorised yet. */
export function offeredRanges(networks: readonly (readonly string[])[], ranges: readonly string[]): string[] {
  return [...new Set(networks.flat())].filter(network => !ranges.includes(network)).sort();
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How long it is between two of something that a probe does again and again. */
export type PolicyTime = 'scanEveryMs' | 'sweepEveryMs' | 'deepEveryMs' | 'heartbeatMs';

const usualTimes: Record<PolicyTime, readonly number[]> = {
  scanEveryMs: [minute, 5 * minute, 15 * minute, 30 * minute, hour, 6 * hour, day],
  sweepEveryMs: [30 * second, minute, 2 * minute, 5 * minute, 15 * minute, hour],
  deepEveryMs: [hour, 6 * hour, 12 * hour, day, 3 * day, 7 * day, 30 * day],
  heartbeatMs: [5 * second, 10 * second, 15 * second, 30 * second, minute, 5 * minute],
};

/** Times to choose from, with the one that holds now. */
export function intervals(field: PolicyTime, current: number): number[] {
  return [...new Set([...usualTimes[field], current])].sort((a, b) => a - b);
}

/** The figures of a policy that are typed, each with its least and its greatest. */
export const policyBounds = {
  maxHosts: { min: 1, max: 65_536 },
  packetsPerSecond: { min: 10, max: 100_000 },
  backlogKbps: { min: 8, max: 1_000_000 },
} as const satisfies Partial<Record<keyof Policy, { min: number; max: number }>>;

/** A figure as it was typed; undefined where it is none, or not within its bounds. */
export function typedFigure(typed: string, { min, max }: { min: number; max: number }): number | undefined {
  const figure = Number(typed.replaceAll(/\s/g, '') || Number.NaN);
  return Number.isInteger(figure) && figure >= min && figure <= max ? figure : undefined;
}
