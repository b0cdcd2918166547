import type { LoadResult } from '../kit/generator.ts';
import { mediansOf, significant } from '../kit/statistics.ts';
import type { Point } from './points.ts';

/** One line of the result. What does not apply is absent. */
export interface Row {
  name: string;
  server: string;
  n: number;
  window?: number;
  /** Messages a second that were due, where the rate was fixed. */
  rate?: number;
  deliveriesPerS: number;
  p50Ms: number;
  p99Ms: number;
  ackP50Ms: number;
  ackP99Ms: number;
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
  /** What everything else on the machine used meanwhile, in cores. */
  cpuOthers: number;
  runs: number;
}

const fields = ['deliveriesPerS', 'p50Ms', 'p99Ms', 'ackP50Ms', 'ackP99Ms', 'rssMb', 'cpuKernel', 'cpuOthers'] as const;

/** The medians of the runs of one server at one point. */
export function rowOf(point: Point, server: string, runs: readonly LoadResult[]): Row {
  const medians = mediansOf(
    runs.map(run => ({
      ...run,
      cpu: run.cpuUser + run.cpuKernel,
      generatorCpu: run.generator.cpu,
      generatorTurnP99Ms: run.generator.turnP99Ms,
    })),
    [...fields, 'cpu', 'generatorCpu', 'generatorTurnP99Ms'],
  );
  const rounded = Object.fromEntries(Object.entries(medians).map(([key, value]) => [key, significant(value)])) as typeof medians;
  const { window, rate } = point;
  return { name: 'chat', server, n: point.members, ...(window && { window }), ...(rate && { rate }), ...rounded, runs: runs.length };
}

/** The same row of a peer, with how ours compares. */
export function compared(ours: Row, peer: Row): Row {
  const over = (field: 'deliveriesPerS' | 'p50Ms' | 'p99Ms' | 'cpu') =>
    peer[field] > 0 ? significant(ours[field] / peer[field], 3) : undefined;
  return { ...peer, ratio: over('deliveriesPerS'), p50Ratio: over('p50Ms'), p99Ratio: over('p99Ms'), cpuRatio: over('cpu') };
}

/** Why the figures of a run must not be used, or undefined when every message reached every member exactly once. */
export function fault(run: LoadResult): string | undefined {
  if (run.clean) return undefined;
  const { sent, acked, delivered, missing, doubled, malformed, gaps, misplacedAcks, overrun } = run;
  return `${missing} deliveries missing, ${doubled} doubled, ${malformed} malformed, ${sent - acked} of ${sent} messages not acknowledged, ${misplacedAcks} acknowledgements out of order, ${gaps} gaps, ${delivered} arrived${overrun ? '; the server did not keep the rate' : ''}`;
}
