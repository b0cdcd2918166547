/** npm run bench -- ingest: how many reports of probes a Nester takes in, each on disk before it is acknowledged. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadResult } from './ingest/load.ts';
import { type Measuring, measure, profile, raisedLimits } from './ingest/measure.ts';
import { hosts, type Point, points, portsPerHost } from './ingest/points.ts';
import { seedSites } from './ingest/seed.ts';
import { measuredSeconds, parsedOptions, UsageError, wholeNumber } from './kit/arguments.ts';
import { newFolder } from './kit/folders.ts';
import { chooseCores, describeMachine } from './kit/machine.ts';
import { profileText } from './kit/profile.ts';
import { mediansOf, significant } from './kit/statistics.ts';
import { table } from './kit/table.ts';

const usage = `npm run bench -- ingest [--json] [--runs 3] [--seconds 4] [--sites 32] [--plain] [--signed] [--only KEY]… [--profile]
  --json      one JSON array on standard output; remarks go to standard error
  --runs      how often each load is measured; the medians are shown
  --seconds   measured time of one run, after a second of warm-up
  --sites     sites with one probe each; each probe sends its next report when the one before is acknowledged
  --plain     send JSON as it is instead of gzip, as the Harvester sends it
  --signed    sign each report, as a probe that is not connected does; otherwise a MAC tells who sent it
  --only      ${points.map(({ key }) => key).join(', ')}
  --profile   run each load once under the profiler instead, and show where the server's time goes`;

const note = (text: string) => process.stderr.write(`${text}\n`);

/** One line of the result. */
interface Row extends Omit<LoadResult, 'acknowledged' | 'fromS' | 'toS'> {
  name: string;
  server: string;
  /** Sites, and so reports under way at once. */
  n: number;
  change: Point['key'];
  runs: number;
}

const fields = ['reportsPerS', 'ackP50Ms', 'ackP99Ms', 'cpu', 'rssMb', 'generatorCpu', 'bytes', 'sentBytes'] as const;

function readOptions(argv: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const values = parsedOptions(argv, {
    json: flag,
    plain: flag,
    signed: flag,
    profile: flag,
    help: flag,
    only: { type: 'string', multiple: true },
    runs: text,
    seconds: text,
    sites: text,
  });
  const unknown = values.only?.find(key => !points.some(point => point.key === key));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: there is no such load`);
  return {
    ...values,
    points: values.only ? points.filter(({ key }) => values.only!.includes(key)) : points,
    runs: wholeNumber('--runs', values.runs ?? '3', 50),
    seconds: measuredSeconds(values.seconds ?? '4'),
    sites: wholeNumber('--sites', values.sites ?? '32', 1_000),
  };
}

async function run(options: ReturnType<typeof readOptions>): Promise<void> {
  const folder = newFolder('ingest-');
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const seed = join(folder, 'seed');
  const cores = chooseCores();
  for (const line of describeMachine(folder, cores)) note(line);
  note(
    `${options.sites} sites, ${hosts} hosts of ${portsPerHost} ports and WAN in a report. Every report is on disk before it is acknowledged.`,
  );
  note(`The limit for one address is raised, since one machine plays all probes: AERIE_LIMITS=${raisedLimits}`);
  const probes = await seedSites(seed, options.sites);
  const how: Measuring = {
    seed,
    folder,
    probes,
    cores,
    gzip: !options.plain,
    live: !options.signed,
    warmSeconds: 1,
    seconds: options.seconds,
  };
  if (options.profile) {
    for (const point of options.points) {
      const { result, profile: shares } = await profile(point, how);
      const rate = Math.round(result.reportsPerS).toLocaleString('en');
      process.stdout.write(`${point.title}, under the profiler: ${rate} reports/s\n${profileText(shares)}\n`);
    }
    return;
  }
  const rows: Row[] = [];
  for (const point of options.points) {
    const results: LoadResult[] = [];
    for (let each = 1; each <= options.runs; each++) {
      const result = await measure(point, how);
      note(`${point.title}, run ${each} of ${options.runs}: ${Math.round(result.reportsPerS).toLocaleString('en')} reports/s`);
      results.push(result);
    }
    const medians = mediansOf(results, fields);
    const rounded = Object.fromEntries(Object.entries(medians).map(([key, value]) => [key, significant(value)])) as typeof medians;
    rows.push({ name: 'ingest', server: 'aerie', n: options.sites, change: point.key, ...rounded, runs: results.length });
  }
  process.stdout.write(options.json ? `${JSON.stringify(rows, undefined, 1)}\n` : `${rowsText(rows)}\n`);
}

function rowsText(rows: readonly Row[]): string {
  const head = ['change', 'sites', 'reports/s', 'ack p50 ms', 'ack p99 ms', 'CPU %', 'RSS MB', 'bytes', 'sent', 'generator CPU %'];
  const lines = rows.map(row => [
    row.change,
    row.n,
    row.reportsPerS,
    row.ackP50Ms,
    row.ackP99Ms,
    Math.round(row.cpu * 100),
    row.rssMb,
    row.bytes,
    row.sentBytes,
    Math.round(row.generatorCpu * 100),
  ]);
  return table(head, lines);
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
