/** Addresses that are commonly measured to know whether the Internet is there. Offered, never set by themselves. */
export const usualTargets = ['1.1.1.1', '8.8.8.8', '9.9.9.9'];

/** The networks of the probes that are not authorised yet. */
export function offeredRanges(networks: readonly (readonly string[])[], ranges: readonly string[]): string[] {
  return [...new Set(networks.flat())].filter(network => !ranges.includes(network)).sort();
}

const minute = 60_000;

/** Times between two scans to choose from, with the one that holds now. */
export function intervals(current: number): number[] {
  const usual = [1, 5, 15, 30, 60, 360, 1440].map(minutes => minutes * minute);
  return [...new Set([...usual, current])].sort((a, b) => a - b);
}
