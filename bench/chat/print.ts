import type { LoadResult } from '../kit/generator.ts';
import type { Profile, Share } from '../kit/profile.ts';
import { table } from '../kit/table.ts';
import type { Point } from './points.ts';
import type { Row } from './rows.ts';

/** The rows for people. */
export function rowsText(rows: readonly Row[]): string {
  const head = [
    'server',
    'N',
    'load',
    'deliveries/s',
    'p50 ms',
    'p99 ms',
    'ack p99 ms',
    'CPU %',
    'kernel %',
    'RSS MB',
    'ours/peer',
    'generator CPU %',
    'others CPU %',
  ];
  const lines = rows.map(row => [
    row.server,
    row.n,
    row.window ? `window ${row.window}` : `${row.rate} messages/s`,
    row.deliveriesPerS,
    row.p50Ms,
    row.p99Ms,
    row.ackP99Ms,
    Math.round(row.cpu * 100),
    Math.round(row.cpuKernel * 100),
    row.rssMb,
    // At a fixed rate all deliver the same; there the delay and the processor time are what differs.
    row.ratio === undefined ? '' : row.window ? row.ratio : `p99 ${row.p99Ratio}, CPU ${row.cpuRatio}`,
    Math.round(row.generatorCpu * 100),
    Math.round(row.cpuOthers * 100),
  ]);
  return table(head, lines);
}

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
