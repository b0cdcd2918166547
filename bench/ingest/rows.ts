import { table } from '../kit/table.ts';
import type { Peer } from './peers/peer.ts';
import type { Point } from './points.ts';

/** One line of the result. */
export interface Row {
  name: 'ingest';
  server: 'aerie' | Peer['name'];
  /** Sites, and so reports under way at once. */
  n: number;
  change: Point['key'];
  runs: number;
  reportsPerS: number;
  ackP50Ms: number;
  ackP99Ms: number;
  generatorCpu: number;
  /** Of one core; of a peer it is not known, since several processes have a part in it. */
  cpu?: number;
  rssMb?: number;
  /** Of one report: its JSON, and what is sent of it. */
  bytes?: number;
  sentBytes?: number;
  /** On a peer's row: Aerie over the peer, in reports a second. */
  ratio?: number;
  /** How many cores other programs used meanwhile. */
  cpuOthers?: number;
}

export function rowsText(rows: readonly Row[]): string {
  const head = [
    'server',
    'change',
    'sites',
    'reports/s',
    'Aerie x',
    'ack p50 ms',
    'ack p99 ms',
    'CPU %',
    'RSS MB',
    'bytes',
    'sent',
    'generator CPU %',
    'others CPU %',
  ];
  const percent = (share: number | undefined) => (share === undefined ? '' : Math.round(share * 100));
  const lines = rows.map(row => [
    row.server,
    row.change,
    row.n,
    row.reportsPerS,
    row.ratio ?? '',
    row.ackP50Ms,
    row.ackP99Ms,
    percent(row.cpu),
    row.rssMb ?? '',
    row.bytes ?? '',
    row.sentBytes ?? '',
    percent(row.generatorCpu),
    percent(row.cpuOthers),
  ]);
  return table(head, lines);
}
