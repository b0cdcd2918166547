import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Spool } from '../../packages/harvester/src/spool.ts';
import { openStore } from '../../packages/nester/src/store/store.ts';
import { reportOf } from '../ingest/points.ts';
import { significant } from '../kit/statistics.ts';
import { cpuSecondsOf } from '../kit/usage.ts';
import { enrolledProbe } from './at-nester.ts';
import { type Row, rounded, type Setting } from './setting.ts';

export interface BacklogRow extends Row {
  point: 'backlog';
  reportsPerS: number;
  /** The longest that a report took from its scan's end until Nester had it, of those made meanwhile. */
  freshMs: number;
  /** How many those were. */
  fresh: number;
  /** Shares of a core meanwhile: whose limit the figure is. */
  nesterCpu: number;
  probeCpu: number;
}

const minuteMs = 60_000;
/** Fourteen days of a report a minute, less the half hour that it takes to come to this point: older ones are dropped. */
const days = 14;
const marginMinutes = 30;
const patienceMs = 10 * minuteMs;

/** After fourteen days without Nester: how fast a probe brings what it kept, and how soon what it finds meanwhile is there. */
export async function measureBacklog({ folder, cores, isQuick, note }: Setting): Promise<BacklogRow[]> {
  const n = isQuick ? 300 : days * 24 * 60 - marginMinutes;
  const probe = await enrolledProbe(join(folder, 'backlog'), {
    // The least that a policy allows, so that fresh reports come while the backlog goes.
    ports: '9',
    scanEveryMs: 10_000,
    sweepEveryMs: 10_000,
    // No cap: what is measured is how fast it can be.
    backlogKbps: 1_000_000,
  });
  fill(probe.probeFolder, probe.probeId, n);
  note(`${n} reports of the last ${isQuick ? 'hours' : 'days'} wait`);
  const nester = await probe.startNester(cores.server);
  let shares: [nester: number, probe: number];
  try {
    const harvester = await probe.startHarvester(nester, cores.load);
    try {
      const used = () => [nester.pid, harvester.pid].map(cpuSecondsOf) as [number, number];
      const before = { at: performance.now(), used: used() };
      await drained(join(probe.probeFolder, 'spool'));
      const seconds = (performance.now() - before.at) / 1_000;
      shares = used().map((value, i) => significant((value - before.used[i]!) / seconds, 2)) as [number, number];
    } finally {
      await harvester.stop();
    }
  } finally {
    await nester.stop();
  }
  const { reportsPerS, delays } = await arrivals(probe.nesterFolder, probe.probeId, n);
  const freshMs = Math.max(...delays);
  note(`${rounded(reportsPerS)} reports/s; ${delays.length} fresh ones meanwhile, there after at most ${freshMs.toFixed(0)} ms`);
  const row = { name: 'scan', point: 'backlog', server: 'aerie', n, runs: 1 } as const;
  return [
    {
      ...row,
      reportsPerS: rounded(reportsPerS),
      freshMs: Math.round(freshMs),
      fresh: delays.length,
      nesterCpu: shares[0],
      probeCpu: shares[1],
    },
  ];
}

/** Reports of each minute until now, as the probe itself keeps them. */
function fill(folder: string, probeId: string, n: number): void {
  const spool = new Spool(folder);
  const now = Date.now();
  for (let i = 0; i < n; i++) {
    const at = now - (n - i) * minuteMs;
    const name = spool.add(JSON.stringify(reportOf(probeId, i, at, 'little')), at);
    utimesSync(join(folder, 'reports', name), at / 1_000, at / 1_000);
  }
}

async function drained(markers: string): Promise<void> {
  const until = Date.now() + patienceMs;
  // A fresh report may wait at any moment: what matters is that the many are gone.
  while (readdirSync(markers).length > 1) {
    if (Date.now() > until) throw new Error(`After ${patienceMs / minuteMs} minutes ${readdirSync(markers).length} reports still wait.`);
    await wait(200);
  }
}

/** @throws when a report of the backlog is not there */
async function arrivals(folder: string, probeId: string, n: number): Promise<{ reportsPerS: number; delays: number[] }> {
  const store = await openStore({ folder });
  try {
    const rows = await store.read.selectFrom('report').select(['report_id', 'finished_at', 'received_at']).execute();
    const expected = new Set(Array.from({ length: n }, (_, i) => `${probeId}-${i}`));
    const backlog = rows.filter(({ report_id }) => expected.has(report_id)).map(({ received_at }) => Number(received_at));
    if (backlog.length !== n) throw new Error(`${n - backlog.length} of ${n} reports did not arrive. These figures would be wrong.`);
    const [first, last] = [backlog.reduce((a, b) => Math.min(a, b)), backlog.reduce((a, b) => Math.max(a, b))];
    const fresh = rows.filter(({ report_id, received_at }) => !expected.has(report_id) && Number(received_at) <= last);
    if (fresh.length === 0) throw new Error('No fresh report came while the backlog went.');
    return {
      reportsPerS: n / (Math.max(1, last - first) / 1_000),
      delays: fresh.map(({ finished_at, received_at }) => Number(received_at) - Number(finished_at)),
    };
  } finally {
    await store.close();
  }
}
