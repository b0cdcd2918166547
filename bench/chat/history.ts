import { rmSync } from 'node:fs';
import { median, quantile, significant } from '../kit/statistics.ts';
import { table } from '../kit/table.ts';
import { Talker } from '../kit/talker.ts';
import { rssMbOf, watchOthers } from '../kit/usage.ts';
import { seedChannel } from './aerie-seed.ts';
import { startAerie } from './aerie-server.ts';
import { fillHistory } from './history-seed.ts';
import type { Result, Row, Setting } from './setting.ts';

export interface HistoryRow extends Row {
  /** Messages in the channel. */
  messages: number;
  p50Ms: number;
  p99Ms: number;
  /** Of the answers to one such question. */
  bytes: number;
  rssMb: number;
}

const people = 100;

/** How long one who looks into a channel with very many messages waits, on a connection of his own while nobody talks. */
export async function measureHistory(setting: Setting): Promise<Result<HistoryRow>> {
  const { ours, cores, isQuick, note } = setting;
  const messages = isQuick ? 20_000 : 1_000_000;
  const missed = isQuick ? 2_000 : 10_000;
  const folder = `${ours.folder}/history`;
  const seeded = await seedChannel(folder, people);
  const before = performance.now();
  fillHistory(seeded, messages);
  note(`${messages.toLocaleString('en')} messages written in ${((performance.now() - before) / 1_000).toFixed(1)} s.`);
  const server = await startAerie(seeded.data, { core: cores.server });
  try {
    const others = watchOthers(server.pid);
    const row = (what: string, answers: { ms: number; bytes: number }[]): HistoryRow => ({
      name: 'chat',
      point: 'history',
      case: what,
      server: ours.name,
      n: people,
      messages,
      p50Ms: significant(median(answers.map(({ ms }) => ms))),
      p99Ms: significant(
        quantile(
          answers.map(({ ms }) => ms),
          0.99,
        ),
      ),
      bytes: median(answers.map(({ bytes }) => bytes)),
      rssMb: significant(rssMbOf(server.pid)),
      cpuOthers: significant(others()),
      runs: answers.length,
    });
    const rows: HistoryRow[] = [];
    const talker = await Talker.connect(server.tcpPort);
    await talker.ask('session.resume', { token: seeded.tokens[0] });
    const { channelId } = seeded;
    const history = (input: object) => () => talker.ask('message.history', { channelId, limit: 100, ...input });
    rows.push(row('last 100', await repeat(isQuick ? 20 : 300, history({}))));
    const somewhere = (time: number) => history({ around: 1 + ((time * 245_489) % messages) })();
    rows.push(row('100 around any message', await repeat(isQuick ? 20 : 300, somewhere)));
    const { ok } = await talker.ask('log.resume', {});
    const { epoch, seq } = (ok as { snapshot: { epoch: string; seq: number } }).snapshot;
    rows.push(row('snapshot', await repeat(isQuick ? 5 : 50, () => talker.ask('log.resume', {}))));
    const resume = () => resumeFrom(talker, epoch, seq - missed, missed);
    rows.push(row(`resume after ${missed.toLocaleString('en')} missed`, await repeat(isQuick ? 5 : 50, resume)));
    talker.close();
    const newcomer = await Talker.connect(server.tcpPort);
    await newcomer.ask('session.resume', { token: seeded.tokens.at(-1) });
    rows.push(row('snapshot, everything unread', await repeat(5, () => newcomer.ask('log.resume', {}))));
    newcomer.close();
    return { rows, text: table(head, rows.map(cells)) };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One catching up, page by page as clients do it; all that was missed must come. */
async function resumeFrom(talker: Talker, epoch: string, after: number, missed: number): Promise<{ ms: number; bytes: number }> {
  const sum = { ms: 0, bytes: 0 };
  let [at, came] = [after, 0];
  for (;;) {
    const { ms, bytes, ok } = await talker.ask('log.resume', { epoch, after: at });
    const page = ok as { kind: string; seq: number; more: boolean; events: unknown[] };
    sum.ms += ms;
    sum.bytes += bytes;
    came += page.events?.length ?? 0;
    if (page.kind !== 'events') throw new Error('The server answered a snapshot in place of the missed events.');
    if (!page.more) break;
    at = page.seq;
  }
  if (came !== missed) throw new Error(`${came} of ${missed} missed events came. These figures would be wrong.`);
  return sum;
}

async function repeat<T>(times: number, once: (time: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await once(i));
  return results;
}

const head = ['a channel of many messages', 'messages', 'p50 ms', 'p99 ms', 'bytes', 'RSS MB', 'runs', 'others CPU %'];

function cells(row: HistoryRow) {
  return [row.case, row.messages, row.p50Ms, row.p99Ms, row.bytes, row.rssMb, row.runs, Math.round(row.cpuOthers * 100)];
}
