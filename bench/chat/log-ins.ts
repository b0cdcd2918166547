import { startCrowd } from '../kit/crowd.ts';
import { mediansOf, significant } from '../kit/statistics.ts';
import { table } from '../kit/table.ts';
import { watchOthers } from '../kit/usage.ts';
import type { Result, Row, Setting } from './setting.ts';

export interface LogInRow extends Row {
  /** From the first connection until the last was logged in, where nobody asks for more. */
  loggedInS: number;
  /** The same where each asks for its snapshot at once: until the last had it. */
  snapshotS: number;
  logInP50Ms: number;
  logInP99Ms: number;
}

/** Everybody comes back at once, as after a restart: each with a token. Once with nothing more, once each with its snapshot. */
export async function measureLogIns(setting: Setting): Promise<Result<LogInRow>> {
  const { ours, runs, isQuick, note } = setting;
  const count = isQuick ? 50 : 1_000;
  const { tokenFile } = await ours.seed(count);
  const results = [];
  for (let run = 1; run <= runs; run++) {
    const [entrants, everybody] = [
      await crowdIn(setting, 'entrants', count, tokenFile),
      await crowdIn(setting, 'tokens', count, tokenFile),
    ];
    const { loggedInS, logInP50Ms, logInP99Ms } = entrants;
    results.push({
      loggedInS,
      snapshotS: everybody.thereS,
      logInP50Ms,
      logInP99Ms,
      cpuOthers: Math.max(entrants.cpuOthers, everybody.cpuOthers),
    });
    note(`${count} log-ins by token, run ${run} of ${runs}: ${loggedInS} s, with snapshots ${everybody.thereS} s`);
  }
  const medians = mediansOf(results, ['loggedInS', 'snapshotS', 'logInP50Ms', 'logInP99Ms', 'cpuOthers']);
  const row: LogInRow = {
    name: 'chat',
    point: 'log-ins',
    case: 'tokens',
    server: ours.name,
    n: count,
    runs,
    loggedInS: significant(medians.loggedInS, 3),
    snapshotS: significant(medians.snapshotS, 3),
    logInP50Ms: significant(medians.logInP50Ms, 3),
    logInP99Ms: significant(medians.logInP99Ms, 3),
    cpuOthers: significant(medians.cpuOthers, 2),
  };
  const head = ['log-ins at once', 'N', 'all in, s', 'all snapshots, s', 'one p50 ms', 'one p99 ms', 'runs', 'others CPU %'];
  const cells = ['by token', row.n, row.loggedInS, row.snapshotS, row.logInP50Ms, row.logInP99Ms, runs, Math.round(row.cpuOthers * 100)];
  return { rows: [row], text: table(head, [cells]) };
}

async function crowdIn({ ours, cores }: Setting, kind: 'entrants' | 'tokens', count: number, logins: string) {
  const running = await ours.start(count, { core: cores.server });
  try {
    const { pid, tcpPort } = running.server;
    const crowd = await startCrowd({ kind, port: tcpPort, count, logins, core: cores.load });
    const others = watchOthers(pid, crowd.pid);
    try {
      return { ...(await crowd.arrival), cpuOthers: others() };
    } finally {
      crowd.kill();
    }
  } finally {
    await running.stop();
  }
}
