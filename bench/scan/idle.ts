import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { significant } from '../kit/statistics.ts';
import { cpuSecondsOf, rssMbOf } from '../kit/usage.ts';
import { enrolledProbe } from './at-nester.ts';
import { type Row, rounded, type Setting } from './setting.ts';

export interface IdleRow extends Row {
  point: 'idle';
  /** The most that it held in that time. */
  rssMb: number;
  /** Of one core, with what it started and saw end, such as nmap. */
  cpu: number;
}

/** A probe of a new site, connected, in a time when little happens: heartbeats, and a sweep of its own machine a minute. */
export async function measureIdle({ folder, cores, isQuick, note }: Setting): Promise<IdleRow[]> {
  const probe = await enrolledProbe(join(folder, 'idle'));
  const nester = await probe.startNester(cores.load);
  try {
    const harvester = await probe.startHarvester(nester, cores.server);
    try {
      // Its first scan is not idleness.
      await wait(isQuick ? 3_000 : 30_000);
      const seconds = isQuick ? 5 : 60;
      const before = { at: performance.now(), cpu: cpuSecondsOf(harvester.pid) + childrenSecondsOf(harvester.pid) };
      let rssMb = 0;
      for (let second = 0; second < seconds; second++) {
        rssMb = Math.max(rssMb, rssMbOf(harvester.pid));
        await wait(1_000);
      }
      const used = cpuSecondsOf(harvester.pid) + childrenSecondsOf(harvester.pid) - before.cpu;
      const cpu = used / ((performance.now() - before.at) / 1_000);
      note(`idle for ${seconds} s: ${rssMb.toFixed(0)} MB, ${(cpu * 100).toFixed(2)} % of a core`);
      return [{ name: 'scan', point: 'idle', server: 'aerie', n: 1, runs: 1, seconds, rssMb: rounded(rssMb), cpu: significant(cpu, 2) }];
    } finally {
      await harvester.stop();
    }
  } finally {
    await nester.stop();
  }
}

/** Processor time of the children that a process has waited for, in seconds: cutime and cstime of proc_pid_stat(5). */
function childrenSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
