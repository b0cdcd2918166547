/** npm run bench -- ingest: how many reports of probes a Nester takes in, each on disk before it is acknowledged. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { installPrograms } from '../scripts/apt.ts';
import { installLine, programPath } from '../scripts/programs.ts';
import { demandsText } from './ingest/demands.ts';
import type { LoadResult } from './ingest/load.ts';
import { type Measuring, measure, profile, raisedLimits } from './ingest/measure.ts';
import type { PeerResult } from './ingest/peers/load.ts';
import { measurePeer } from './ingest/peers/measure.ts';
import type { Peer } from './ingest/peers/peer.ts';
import { victoriaMetrics } from './ingest/peers/victoria-metrics.ts';
import { zabbix } from './ingest/peers/zabbix.ts';
import { hosts, points, portsPerHost } from './ingest/points.ts';
import { type Row, rowsText } from './ingest/rows.ts';
import { seedSites } from './ingest/seed.ts';
import { measuredSeconds, parsedOptions, UsageError, wholeNumber } from './kit/arguments.ts';
import { newFolder } from './kit/folders.ts';
import { chooseCores, describeMachine } from './kit/machine.ts';
import { profileText } from './kit/profile.ts';
import { mediansOf, significant } from './kit/statistics.ts';

/** For so long V8 compiles what runs often, on the core of the server; one that has run for a minute is what matters. */
const usualWarmSeconds = 8;

const usage = `npm run bench -- ingest [--json] [--runs 3] [--seconds 4] [--warm ${usualWarmSeconds}] [--sites 32] [--plain] [--signed] [--only KEY]… [--no-install] [--profile]
  --json      one JSON array on standard output; remarks go to standard error
  --runs      how often each load is measured; the medians are shown
  --seconds   measured time of one run
  --warm      seconds of the same load before that; with 35, a round of rollups falls into it
  --sites     sites with one probe each; each probe sends its next report when the one before is acknowledged
  --plain     send JSON as it is instead of gzip, as the Harvester sends it
  --signed    sign each report, as a probe that is not connected does; otherwise a MAC tells who sent it
  --only      ${points.map(({ key }) => key).join(', ')}
  --no-install  install no missing peers; they are left out
  --profile   run each load once under the profiler instead, and show where the server's time goes`;

const note = (text: string) => process.stderr.write(`${text}\n`);

const peerFields = ['reportsPerS', 'ackP50Ms', 'ackP99Ms', 'generatorCpu'] as const;
const fields = [...peerFields, 'cpuOthers', 'cpu', 'rssMb', 'bytes', 'sentBytes'] as const;

function readOptions(argv: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const values = parsedOptions(argv, {
    json: flag,
    plain: flag,
    'no-install': flag,
    signed: flag,
    profile: flag,
    help: flag,
    only: { type: 'string', multiple: true },
    runs: text,
    seconds: text,
    warm: text,
    sites: text,
  });
  const unknown = values.only?.find(key => !points.some(point => point.key === key));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: there is no such load`);
  return {
    ...values,
    mayInstall: !values['no-install'],
    points: values.only ? points.filter(({ key }) => values.only!.includes(key)) : points,
    runs: wholeNumber('--runs', values.runs ?? '3', 50),
    seconds: measuredSeconds(values.seconds ?? '4'),
    warmSeconds: wholeNumber('--warm', values.warm ?? String(usualWarmSeconds), 40),
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
    warmSeconds: options.warmSeconds,
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
  const peers = options.points.some(({ key }) => key === 'little') ? findPeers(options.mayInstall) : [];
  const rows: Row[] = [];
  for (const point of options.points) {
    const results: LoadResult[] = [];
    for (let each = 1; each <= options.runs; each++) {
      const result = await measure(point, how);
      note(`${point.title}, run ${each} of ${options.runs}: ${Math.round(result.reportsPerS).toLocaleString('en')} reports/s`);
      results.push(result);
    }
    const medians = rounded(mediansOf(results, fields));
    rows.push({ name: 'ingest', server: 'aerie', n: options.sites, change: point.key, ...medians, runs: results.length });
  }
  await comparePeers(how, peers, options.runs, rows);
  process.stdout.write(options.json ? `${JSON.stringify(rows, undefined, 1)}\n` : `${rowsText(rows)}\n\n${demandsText(rows)}\n`);
  if (rows.some(({ cpuOthers = 0 }) => cpuOthers > 0.1))
    note('Other programs used more than a tenth of a core meanwhile: measure again when the machine is quiet.');
}

/** The peers that this machine has; unless told not to, those of Debian are installed first where that is possible. */
function findPeers(mayInstall: boolean): Peer[] {
  const all = [zabbix, victoriaMetrics];
  if (mayInstall) installPrograms(all.flatMap(({ needs }) => needs).filter(name => !programPath(name)));
  return all.filter(({ name, needs }) => {
    const missing = needs.filter(each => !programPath(each));
    if (missing.length > 0) note(`${name} is left out, since it is not on this machine: ${missing.map(installLine).join('; ')}`);
    return missing.length === 0;
  });
}

/** The same figures into other servers, in the same run: they know of no change, so they stand beside `little`. */
async function comparePeers(how: Measuring, peers: readonly Peer[], runs: number, rows: Row[]): Promise<void> {
  const ours = rows.find(({ change }) => change === 'little')?.reportsPerS;
  for (const peer of peers) {
    const results: PeerResult[] = [];
    try {
      for (let each = 1; each <= runs; each++) {
        const result = await measurePeer(peer, how);
        note(`${peer.name}, run ${each} of ${runs}: ${Math.round(result.reportsPerS).toLocaleString('en')} reports/s`);
        results.push(result);
      }
    } catch (error) {
      note(`${peer.name} is left out: ${(error as Error).message}`);
      continue;
    }
    const medians = rounded(mediansOf(results, peerFields));
    const ratio = ours === undefined ? {} : { ratio: significant(ours / medians.reportsPerS, 3) };
    rows.push({ name: 'ingest', server: peer.name, n: how.probes.length, change: 'little', ...medians, ...ratio, runs: results.length });
  }
}

function rounded<K extends string>(medians: Record<K, number>): Record<K, number> {
  return Object.fromEntries(Object.entries(medians).map(([key, value]) => [key, significant(value as number)])) as Record<K, number>;
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
