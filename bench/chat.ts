/** npm run bench -- chat: how fast a message reaches everybody in a channel, beside a plain Node loop that stores nothing. */
import { parseArgs } from 'node:util';
import { aerie, raisedLimits } from './chat/aerie.ts';
import type { Contender } from './chat/contender.ts';
import { type Measuring, measure, profile } from './chat/measure.ts';
import { nodeLoop } from './chat/node-loop.ts';
import { contentBytes, type Point, points, senders } from './chat/points.ts';
import { profileText, rowsText } from './chat/print.ts';
import { compared, fault, type Row, rowOf } from './chat/rows.ts';
import { buildGenerator, type LoadResult } from './kit/generator.ts';
import { chooseCores, describeMachine } from './kit/machine.ts';

const usage = `npm run bench -- chat [--json] [--runs 3] [--seconds 4] [--point KEY]… [--profile]
  --json      one JSON array on standard output; remarks go to standard error
  --runs      how often each server is measured at each point; the medians are shown
  --seconds   measured time of one run, after a second of warm-up
  --point     only this one: ${points.map(point => point.key).join(', ')}
  --profile   run Aerie once under the profiler instead, and show where its time goes`;

const note = (text: string) => process.stderr.write(`${text}\n`);

class UsageError extends Error {}

function readOptions(argv: string[]) {
  let values: { json?: boolean; profile?: boolean; help?: boolean; runs?: string; seconds?: string; point?: string[] };
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    values = parseArgs({
      args: argv,
      options: { json: flag, profile: flag, help: flag, runs: text, seconds: text, point: { ...text, multiple: true } },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const runs = Number(values.runs ?? 3);
  const seconds = Number(values.seconds ?? 4);
  if (!Number.isInteger(runs) || runs < 1 || runs > 50) throw new UsageError('--runs takes a whole number from 1 to 50.');
  if (!(seconds >= 0.2 && seconds <= 60)) throw new UsageError('--seconds takes a number from 0.2 to 60.');
  const unknown = values.point?.find(key => !points.some(point => point.key === key));
  if (unknown !== undefined) throw new UsageError(`There is no point "${unknown}".`);
  const chosen = values.point ? points.filter(point => values.point!.includes(point.key)) : points;
  return { json: values.json === true, profile: values.profile === true, help: values.help === true, runs, seconds, points: chosen };
}

/** Ours and the peers by turns, so that whatever else the machine does meanwhile meets all of them. */
async function comparePoint(contenders: readonly Contender[], point: Point, runs: number, how: Measuring): Promise<Row[]> {
  const results = contenders.map(() => [] as LoadResult[]);
  for (let run = 1; run <= runs; run++) {
    for (const [i, contender] of contenders.entries()) {
      const result = await measure(contender, point, how);
      const reason = fault(result);
      if (reason) throw new Error(`${contender.name}, ${point.title}: ${reason}. These figures would be wrong.`);
      note(
        `${point.title}, run ${run} of ${runs}, ${contender.name}: ${Math.round(result.deliveriesPerS).toLocaleString('en')} deliveries/s`,
      );
      results[i]!.push(result);
    }
  }
  const [ours, ...peers] = contenders.map((contender, i) => rowOf(point, contender.name, results[i]!));
  return [ours!, ...peers.map(peer => compared(ours!, peer))];
}

async function run(options: ReturnType<typeof readOptions>): Promise<void> {
  const ours = aerie();
  process.once('exit', () => ours.remove());
  const cores = chooseCores();
  const how: Measuring = { generator: await buildGenerator(), cores, warmSeconds: 1, seconds: options.seconds };
  for (const line of describeMachine(ours.folder, cores)) note(line);
  note(`${senders} senders, ${contentBytes} bytes a message. Aerie: every message is on disk before it is acknowledged or shown.`);
  note(`Aerie's limits are raised for this, since one machine plays everybody: AERIE_LIMITS=${raisedLimits}`);
  if (options.profile) {
    for (const point of options.points) process.stdout.write(`${profileText(point, await profile(ours, point, how))}\n`);
    return;
  }
  const rows: Row[] = [];
  for (const point of options.points) rows.push(...(await comparePoint([ours, nodeLoop], point, options.runs, how)));
  const disturbed = rows.filter(row => row.cpuOthers > 0.1).length;
  if (disturbed > 0) {
    note(
      `In ${disturbed} of ${rows.length} rows other programs used more than a tenth of a core: measure again when the machine is quiet.`,
    );
  }
  process.stdout.write(options.json ? `${JSON.stringify(rows, undefined, 1)}\n` : `${rowsText(rows)}\n`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(`${usage}\n`);
  else await run(options);
} catch (error) {
  note((error as Error).message);
  if (error instanceof UsageError) note(usage);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
