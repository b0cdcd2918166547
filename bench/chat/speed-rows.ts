import type { LoadResult } from '../kit/generator.ts';
import { mediansOf, significant } from '../kit/statistics.ts';
import { table } from '../kit/table.ts';
import type { Point } from './points.ts';
import type { Row } from './setting.ts';

/** One server at one point. */
export interface SpeedRow extends Row {
  window?: number;
  /** Messages a second that were due, where the rate was fixed. */
  rate?: number;
  deliveriesPerS: number;
  p50Ms: number;
  p99Ms: number;
  /** Absent where the server does not acknowledge. */
  ackP50Ms?: number;
  ackP99Ms?: number;
  /** The server's processor time as a share of one core; of it, in the kernel. */
  cpu: number;
  cpuKernel: number;
  rssMb: number;
  /** On a peer's row: ours over the peer's, in deliveries, then in delay and in processor time. */
  ratio?: number;
  p50Ratio?: number;
  p99Ratio?: number;
  cpuRatio?: number;
  /** The generator's own load: when it is near 1, the generator is what was measured. */
  generatorCpu: number;
  /** How long one round of the generator over its sockets took (p99): what is read may have lain there so long. */
  generatorTurnP99Ms: number;
}

const fields = [
  'deliveriesPerS',
  'p50Ms',
  'p99Ms',
  'cpu',
  'cpuKernel',
  'rssMb',
  'generatorCpu',
  'generatorTurnP99Ms',
  'cpuOthers',
] as const;
const ackFields = ['ackP50Ms', 'ackP99Ms'] as const;

/** The medians of the runs of one server at one point. */
export function rowOf(point: Point, server: string, results: readonly LoadResult[]): SpeedRow {
  const runs = results.map(({ generator, ...run }) => ({
    ...run,
    cpu: run.cpuUser + run.cpuKernel,
    generatorCpu: generator.cpu,
    generatorTurnP99Ms: generator.turnP99Ms,
  }));
  const acks = runs.flatMap(({ ackP50Ms, ackP99Ms }) => (ackP50Ms === undefined || ackP99Ms === undefined ? [] : [{ ackP50Ms, ackP99Ms }]));
  const { key, members: n, window, rate } = point;
  return {
    name: 'chat',
    point: key,
    server,
    n,
    ...(window && { window }),
    ...(rate && { rate }),
    ...rounded(mediansOf(runs, fields)),
    ...(acks.length > 0 && rounded(mediansOf(acks, ackFields))),
    runs: runs.length,
  };
}

function rounded<K extends string>(values: Record<K, number>): Record<K, number> {
  return Object.fromEntries(Object.entries<number>(values).map(([key, value]) => [key, significant(value)])) as Record<K, number>;
}

/** The same row of a peer, with how ours compares. */
export function compared(ours: SpeedRow, peer: SpeedRow): SpeedRow {
  const over = (field: 'deliveriesPerS' | 'p50Ms' | 'p99Ms' | 'cpu') =>
    peer[field] > 0 ? significant(ours[field] / peer[field], 3) : undefined;
  return { ...peer, ratio: over('deliveriesPerS'), p50Ratio: over('p50Ms'), p99Ratio: over('p99Ms'), cpuRatio: over('cpu') };
}

/** Why the figures of a run must not be used, or undefined when every message reached every member exactly once. */
export function fault(run: LoadResult): string | undefined {
  if (run.clean) return undefined;
  const { sent, acked = sent, delivered, missing, doubled, malformed, gaps, misplacedAcks, overrun } = run;
  return `${missing} deliveries missing, ${doubled} doubled, ${malformed} malformed, ${sent - acked} of ${sent} messages not acknowledged, ${misplacedAcks} acknowledgements out of order, ${gaps} gaps, ${delivered} arrived${overrun ? '; the server did not keep the rate' : ''}`;
}

/** The rows for people. */
export function speedText(rows: readonly SpeedRow[]): string {
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
    row.ratio === undefined ? '' : row.window ? row.ratio : `p50 ${row.p50Ratio}, p99 ${row.p99Ratio}, CPU ${row.cpuRatio}`,
    Math.round(row.generatorCpu * 100),
    Math.round(row.cpuOthers * 100),
  ]);
  return table(head, lines);
}
