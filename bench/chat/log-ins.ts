import { startCrowd } from '../kit/crowd.ts';
import { mediansOf, significant } from '../kit/statistics.ts';
import { table } from '../kit/table.ts';
import { watchOthers } from '../kit/usage.ts';
import type { Result, Row, Setting } from './setting.ts';

export interface LogInRow extends Row {
  /** From the first connection until the last was logged in, and until the last had its snapshot. */
  loggedInS: number;
  snapshotS: number;
  logInP50Ms: number;
  logInP99Ms: number;
}

/** Everybody comes back at once, as after a restart: each with a token, and each wants the snapshot. */
export async function measureLogIns(setting: Setting): Promise<Result<LogInRow>> {
  const { ours, cores, runs, isQuick, note } = setting;
  const count = isQuick ? 50 : 1_000;
  const { tokenFile } = await ours.seed(count);
  const results = [];
  for (let run = 1; run <= runs; run++) {
    const running = await ours.start(count, { core: cores.server });
    try {
      const { pid, tcpPort } = running.server;
      const crowd = await startCrowd({ kind: 'tokens', port: tcpPort, count, logins: tokenFile, core: cores.load });
      const others = watchOthers(pid, crowd.pid);
      try {
        const { loggedInS, thereS, logInP50Ms, logInP99Ms } = await crowd.arrival;
        results.push({ loggedInS, snapshotS: thereS, logInP50Ms, logInP99Ms, cpuOthers: others() });
        note(`${count} log-ins by token, run ${run} of ${runs}: ${loggedInS} s, with snapshots ${thereS} s`);
      } finally {
        crowd.kill();
      }
    } finally {
      await running.stop();
    }
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
