import type { LoadResult } from '../kit/generator.ts';
import type { Profile, Share } from '../kit/profile.ts';
import type { Point } from './points.ts';

/** Where one run's time went, for people. */
export function profileText(point: Point, { result, profile }: { result: LoadResult; profile: Profile }): string {
  const rate = Math.round(result.deliveriesPerS).toLocaleString('en');
  return [
    `${point.title}, under the profiler: ${rate} deliveries/s, ${Math.round(result.messagesPerS).toLocaleString('en')} messages/s.`,
    `Processor time of the process: ${percent(result.cpuKernel)} of a core in the kernel, ${percent(result.cpuUser)} in its own code.`,
    'Time of the main thread by what it was in (waiting for the disk counts as SQLite):',
    lines(profile.categories.filter(({ share }) => share >= 0.001)),
    'Longest functions:',
    lines(profile.functions.slice(0, 25)),
    '',
  ].join('\n');
}

function lines(shares: readonly Share[]): string {
  return shares.map(({ name, share }) => `  ${percent(share).padStart(6)}  ${name}`).join('\n');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
