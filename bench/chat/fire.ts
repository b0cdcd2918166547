import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Arrival, type Crowd, type CrowdOrder, startCrowd } from '../kit/crowd.ts';
import { type LoadResult, startGenerating } from '../kit/generator.ts';
import { mediansOf, significant } from '../kit/statistics.ts';
import { table } from '../kit/table.ts';
import { childCpuSecondsOf, cpuSecondsOf } from '../kit/usage.ts';
import { contentBytes, senders } from './points.ts';
import type { Result, Row, Setting } from './setting.ts';
import { fault } from './speed-rows.ts';

/** What happens beside the members, who talk at a fixed rate. */
const trials = {
  calm: undefined,
  'clients that never read': { kind: 'deaf', count: 100, quick: 5 },
  'slow-loris connections': { kind: 'loris', count: 1_000, quick: 20 },
  // Who comes in is in other channels; into this one, each message would have eleven times the readers, log-ins or not: see the last.
  'log-ins by password': { kind: 'passwords', count: 1_000, quick: 10, elsewhere: true },
  'log-ins into the channel': { kind: 'passwords', count: 1_000, quick: 10 },
} as const satisfies Record<string, Beside | undefined>;

interface Beside {
  kind: CrowdOrder['kind'];
  count: number;
  quick: number;
  /** The members talk in a channel of their own. */
  elsewhere?: boolean;
}

export type Trial = keyof typeof trials;
export const allTrials = Object.keys(trials) as Trial[];

export interface FireRow extends Row {
  case: Trial;
  /** Messages a second that were due. */
  rate: number;
  /** Connections beside the members, and how many still stood at the end, as they saw it. */
  crowd: number;
  kept: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  cpu: number;
  rssMb: number;
  /** Over the calm of the same run, and how much later than in it. */
  p50OverCalm?: number;
  p99OverCalm?: number;
  p99AddedMs?: number;
  /** Of a storm: until the last was in, how often somebody was told to come again, and what hashing took of the server's core. */
  loggedInS?: number;
  busy?: number;
  hashingCpu?: number;
}

interface Seen {
  result: LoadResult;
  cpuOthers: number;
  kept: number;
  arrival: Arrival | undefined;
  /** In cores: what the processes used that the server has for its passwords. */
  hashingCpu: number;
}

/**
 * Sent before anything is measured, so that a client which does not read is past the first of its limits, and meets the last one,
 * where nothing more is queued for it, while it is measured. Calm has it too.
 */
const fill = 3_000;

/** How much worse it gets for members who talk calmly while others behave badly. */
export async function measureFire(setting: Setting, chosen: readonly Trial[] = allTrials): Promise<Result<FireRow>> {
  const seen = new Map<Trial, Seen[]>(chosen.map(trial => [trial, []]));
  const runs = Math.min(setting.runs, 3);
  for (let run = 1; run <= runs; run++) {
    for (const trial of chosen) {
      // A storm takes as long as its hashes do.
      if (trials[trial]?.kind === 'passwords' && run > 1) continue;
      const each = await measureTrial(setting, trial);
      setting.note(`Members talk, ${trial}, run ${run}: p50 ${each.result.p50Ms} ms, p99 ${each.result.p99Ms} ms`);
      seen.get(trial)!.push(each);
    }
  }
  const rows = chosen.map(trial => rowOf(setting, trial, seen.get(trial)!));
  const calm = rows.find(row => row.case === 'calm');
  const compared = rows.map(row => (calm && row !== calm ? overCalm(row, calm) : row));
  return { rows: compared, text: table(head, compared.map(cells)) };
}

async function measureTrial({ ours, cores, isQuick, seconds }: Setting, trial: Trial): Promise<Seen> {
  const members = isQuick ? 20 : 100;
  const people = members + (isQuick ? 20 : 1_000);
  const order: Beside | undefined = trials[trial];
  const count = order === undefined ? 0 : isQuick ? order.quick : order.count;
  const seeded = await ours.seed(people);
  const running = await ours.start(people, { core: cores.server });
  let crowd: Crowd | undefined;
  const gather = async () => {
    if (!order) return;
    const logins = join(ours.folder, 'crowd-logins');
    const lines = readFileSync(order.kind === 'passwords' ? seeded.passwordFile : seeded.tokenFile, 'utf8').split('\n');
    writeFileSync(logins, `${lines.slice(members, members + count).join('\n')}\n`, { mode: 0o600 });
    crowd = await startCrowd({ kind: order.kind, port: running.server.tcpPort, count, logins, core: cores.load, patienceSeconds: 300 });
  };
  try {
    const isStorm = order?.kind === 'passwords';
    if (!isStorm) await gather();
    let arrival = await crowd?.arrival;
    const load = await startGenerating({
      dialect: 'aerie',
      port: running.server.tcpPort,
      pid: running.server.pid,
      members,
      senders,
      rate: rateOf(isQuick),
      fill: isQuick ? 100 : fill,
      size: contentBytes,
      warmSeconds: 1,
      seconds: isStorm ? 300 : isQuick ? seconds : Math.max(seconds, 3),
      core: cores.load,
      ...running.access,
      ...(order?.elsewhere && { channelId: seeded.smallChannelId }),
    });
    await load.measuring;
    if (isStorm) await gather();
    const before = crowd ? cpuSecondsOf(crowd.pid) : 0;
    let hashed = 0;
    if (isStorm) {
      arrival = await crowd!.arrival;
      hashed = childCpuSecondsOf(running.server.pid);
      load.finish();
    }
    const result = await load.result;
    const reason = fault(result);
    if (reason) throw new Error(`Under fire, ${trial}: ${reason}. These figures would be wrong.`);
    const used = crowd ? (cpuSecondsOf(crowd.pid) - before) / result.seconds : 0;
    const hashingCpu = hashed / result.seconds;
    return { result, cpuOthers: Math.max(0, result.cpuOthers - used - hashingCpu), kept: (await crowd?.leave()) ?? 0, arrival, hashingCpu };
  } finally {
    crowd?.kill();
    await running.stop();
  }
}

function rateOf(isQuick: boolean): number {
  return isQuick ? 50 : 200;
}

function rowOf({ ours, isQuick }: Setting, trial: Trial, seen: readonly Seen[]): FireRow {
  const medians = mediansOf(
    seen.map(({ result, cpuOthers, kept }) => ({ ...result, cpu: result.cpuUser + result.cpuKernel, cpuOthers, kept })),
    ['p50Ms', 'p99Ms', 'maxMs', 'cpu', 'rssMb', 'cpuOthers', 'kept'],
  );
  const { arrival, result, hashingCpu } = seen[0]!;
  return {
    name: 'chat',
    point: 'fire',
    case: trial,
    server: ours.name,
    n: result.members,
    runs: seen.length,
    rate: rateOf(isQuick),
    crowd: arrival?.count ?? 0,
    kept: medians.kept,
    p50Ms: significant(medians.p50Ms, 3),
    p99Ms: significant(medians.p99Ms, 3),
    maxMs: significant(medians.maxMs, 3),
    cpu: significant(medians.cpu, 3),
    rssMb: significant(medians.rssMb),
    cpuOthers: significant(medians.cpuOthers, 2),
    ...(trials[trial]?.kind === 'passwords' &&
      arrival && { loggedInS: significant(arrival.loggedInS, 3), busy: arrival.busy, hashingCpu: significant(hashingCpu, 3) }),
  };
}

function overCalm(row: FireRow, calm: FireRow): FireRow {
  return {
    ...row,
    p50OverCalm: significant(row.p50Ms / calm.p50Ms, 3),
    p99OverCalm: significant(row.p99Ms / calm.p99Ms, 3),
    p99AddedMs: significant(row.p99Ms - calm.p99Ms, 3),
  };
}

const head = [
  'members talk, with',
  'how many',
  'N',
  'p50 ms',
  'p99 ms',
  'max ms',
  'p50/calm',
  'p99/calm',
  'CPU %',
  'RSS MB',
  'all in, s',
  'others CPU %',
];

function cells(row: FireRow) {
  return [
    row.case,
    row.crowd,
    row.n,
    row.p50Ms,
    row.p99Ms,
    row.maxMs,
    row.p50OverCalm,
    row.p99OverCalm,
    Math.round(row.cpu * 100),
    row.rssMb,
    row.loggedInS,
    Math.round(row.cpuOthers * 100),
  ];
}
