import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startCrowd } from '../kit/crowd.ts';
import { significant } from '../kit/statistics.ts';
import { table } from '../kit/table.ts';
import { rssMbOf, watchOthers } from '../kit/usage.ts';
import type { Result, Row, Setting } from './setting.ts';

export interface IdleRow extends Row {
  case: 'tcp' | 'websocket';
  /** The server before anybody came, with all, and the difference for each connection. */
  emptyRssMb: number;
  rssMb: number;
  kbEach: number;
  /** How long they took to come in, fifty at a time. */
  seconds: number;
}

const wanted = 10_000;
/** Each is here with ten devices: what is measured are connections, not accounts. */
const people = 1_000;
/** Files that a server has open besides its connections. */
const besides = 200;

/** What a connection costs that is logged in, has its snapshot and says nothing. */
export async function measureIdle(setting: Setting): Promise<Result<IdleRow>> {
  const most = filesAtOnce() - besides;
  const count = Math.min(setting.isQuick ? 200 : wanted, most);
  if (count < wanted && !setting.isQuick) {
    setting.note(`Only ${count} idle connections: a process may open ${most + besides} files here (ulimit -Hn).`);
  }
  const rows: IdleRow[] = [];
  for (const door of ['tcp', 'websocket'] as const) rows.push(await measureDoor(setting, door, count));
  const head = ['idle connections', 'N', 'empty MB', 'with them MB', 'KB each', 'seconds to come in', 'others CPU %'];
  const text = table(
    head,
    rows.map(row => [row.case, row.n, row.emptyRssMb, row.rssMb, row.kbEach, row.seconds, Math.round(row.cpuOthers * 100)]),
  );
  return { rows, text };
}

async function measureDoor({ ours, cores, isQuick, note }: Setting, door: IdleRow['case'], count: number): Promise<IdleRow> {
  const members = isQuick ? 20 : people;
  const { tokens } = await ours.seed(members);
  const logins = join(ours.folder, 'idle-tokens');
  writeFileSync(logins, Array.from({ length: count }, (_, i) => `${tokens[i % members]}\n`).join(''), { mode: 0o600 });
  const running = await ours.start(members, { core: cores.server });
  try {
    const { pid, tcpPort, httpPort } = running.server;
    const emptyRssMb = await settledRssMb(pid);
    const port = door === 'tcp' ? tcpPort : httpPort!;
    const crowd = await startCrowd({ kind: door === 'tcp' ? 'tokens' : door, port, count, logins, concurrency: 50, core: cores.load });
    try {
      const others = watchOthers(pid, crowd.pid);
      const { thereS } = await crowd.arrival;
      const rssMb = await settledRssMb(pid);
      const cpuOthers = others();
      const kept = await crowd.leave();
      if (kept !== count) throw new Error(`The server closed ${count - kept} of ${count} idle connections. These figures would be wrong.`);
      const kbEach = significant(((rssMb - emptyRssMb) * 1_024) / count, 3);
      note(`${count} idle connections over ${door}: ${kbEach} KB each`);
      return {
        name: 'chat',
        point: 'idle',
        case: door,
        server: ours.name,
        n: count,
        runs: 1,
        emptyRssMb: significant(emptyRssMb),
        rssMb: significant(rssMb),
        kbEach,
        seconds: significant(thereS, 3),
        cpuOthers: significant(cpuOthers, 2),
      };
    } finally {
      crowd.kill();
    }
  } finally {
    await running.stop();
  }
}

/** Memory once it has not moved by a quarter of a megabyte for a second; after ten seconds, what it is then. */
async function settledRssMb(pid: number): Promise<number> {
  let [low, high] = [rssMbOf(pid), rssMbOf(pid)];
  let since = performance.now();
  const limit = since + 10_000;
  for (;;) {
    await wait(100);
    const now = rssMbOf(pid);
    [low, high] = [Math.min(low, now), Math.max(high, now)];
    if (high - low > 0.25) {
      [low, high] = [now, now];
      since = performance.now();
    }
    if (performance.now() - since > 1_000 || performance.now() > limit) return now;
  }
}

function filesAtOnce(): number {
  return Number(/^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 1_024);
}
