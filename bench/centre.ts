/** npm run bench -- centre: what a thousand sites of fifty devices cost whoever looks at them. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startProbes } from './centre/crowd-of-probes.ts';
import { devicesPerSite } from './centre/devices.ts';
import { seedCentre } from './centre/seed.ts';
import { type SeededChannel, seedChannel } from './chat/aerie-seed.ts';
import type { SeededProbe } from './ingest/seed.ts';
import { parsedOptions, UsageError, wholeNumber } from './kit/arguments.ts';
import { newFolder } from './kit/folders.ts';
import { type Cores, chooseCores, describeMachine } from './kit/machine.ts';
import { profileFlags, profileText, readProfile } from './kit/profile.ts';
import { type Server, startServer } from './kit/server.ts';
import { median, quantile, significant } from './kit/statistics.ts';
import { table } from './kit/table.ts';
import { Talker } from './kit/talker.ts';
import { cpuSecondsOf, rssMbOf } from './kit/usage.ts';

const usage = `npm run bench -- centre [--json] [--sites 1000] [--runs 20] [--seconds 30] [--profile]

  --json     one JSON array instead of a table
  --sites    sites of ${devicesPerSite} devices
  --runs     how often each page is asked for; medians are shown
  --seconds  how long the walls are watched
  --profile  run the server under the profiler, and show where its time goes while all probes report`;

const main = join(import.meta.dirname, '..', 'packages', 'nester', 'src', 'main.ts');
const raisedLimits = 'httpPerMinute=100000000,pending=20000,pendingPerAddress=20000,commandsPerSecond=100000,commandsBurst=100000';
const walls = 10;
const note = (text: string) => process.stderr.write(`${text}\n`);

interface Row {
  name: 'centre';
  point: string;
  n: number;
  ms?: number;
  p99Ms?: number;
  bytes?: number;
  seconds?: number;
  cpu?: number;
  demanded: string;
}

interface Setting {
  folder: string;
  seed: SeededChannel;
  probes: SeededProbe[];
  cores: Cores;
  runs: number;
  seconds: number;
  /** Where the server's profile goes. */
  profileTo: string | undefined;
}

function readOptions(argv: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const values = parsedOptions(argv, { json: flag, profile: flag, help: flag, sites: text, runs: text, seconds: text });
  return {
    ...values,
    sites: wholeNumber('--sites', values.sites ?? '1000', 5_000),
    runs: wholeNumber('--runs', values.runs ?? '20', 1_000),
    seconds: wholeNumber('--seconds', values.seconds ?? '30', 600),
  };
}

async function startNester({ seed, cores, profileTo }: Setting, data: string): Promise<Server> {
  cpSync(seed.data, data, { recursive: true });
  return await nesterOn(data, cores, profileTo === undefined ? [] : profileFlags(profileTo));
}

async function nesterOn(data: string, cores: Cores, flags: readonly string[] = []): Promise<Server> {
  return await startServer({
    command: [process.execPath, ...flags, main, 'serve'],
    core: cores.server,
    env: {
      AERIE_DATA: data,
      AERIE_HTTP: '127.0.0.1:0',
      AERIE_TCP: '127.0.0.1:0',
      AERIE_LOG: join(data, 'nester.log'),
      AERIE_LIMITS: raisedLimits,
    },
  });
}

/** Somebody who looks at sites, logged in and following events. */
async function technician(server: Server, token: string): Promise<Talker> {
  const talker = await Talker.connect(server.tcpPort);
  await talker.ask('session.resume', { token });
  await talker.ask('log.resume', {});
  return talker;
}

/** Pages of one who looks, one after the other. */
async function measurePages(setting: Setting, server: Server): Promise<Row[]> {
  const talker = await technician(server, setting.seed.tokens[0]!);
  const now = Date.now();
  const year = 365 * 86_400_000;
  const asked: [point: string, demanded: string, name: string, input: object][] = [
    ['site.list', '300 ms', 'site.list', {}],
    ['site.curves', '', 'site.curves', {}],
    ['site.show', '', 'site.show', { siteId: 'site-1' }],
    ['a year of WAN, days', '500 ms', 'series.wan', { siteId: 'site-1', from: now - year, to: now, points: 500 }],
    ['90 days of WAN, hours', '', 'series.wan', { siteId: 'site-1', from: now - 90 * 86_400_000, to: now, points: 2_000 }],
    ['device.search', '', 'device.search', { query: 'host-17.site-500' }],
  ];
  const rows: Row[] = [];
  for (const [point, demanded, name, input] of asked) {
    const taken: number[] = [];
    let bytes = 0;
    for (let run = 0; run < setting.runs; run++) {
      const answer = await talker.ask(name, input);
      taken.push(answer.ms);
      bytes = answer.bytes;
    }
    rows.push({
      name: 'centre',
      point,
      n: setting.probes.length,
      ms: significant(median(taken), 3),
      p99Ms: significant(quantile(taken, 0.99), 3),
      bytes,
      demanded,
    });
    note(`${point}: ${median(taken).toFixed(1)} ms, ${bytes} bytes`);
  }
  talker.close();
  return rows;
}

/** What the server uses in a while, of one core. */
async function cpuFor(pid: number, seconds: number): Promise<number> {
  const [at, before] = [performance.now(), cpuSecondsOf(pid)];
  await wait(seconds * 1_000);
  return (cpuSecondsOf(pid) - before) / ((performance.now() - at) / 1_000);
}

/** When all probes reported and nobody looked, on the machine's monotonic clock. */
let span = { fromS: 0, toS: 0 };
const clockS = () => Number(process.hrtime.bigint()) / 1e9;

/** Ten walls beside all probes that report once a minute: what they cost is the difference. */
async function measureWalls(setting: Setting, server: Server): Promise<Row[]> {
  const { folder, probes, seed, cores, seconds } = setting;
  const order = { tcpPort: server.tcpPort, httpPort: server.httpPort!, probes, reportsPerS: probes.length / 60 };
  const crowd = await startProbes(folder, order, cores.load);
  // What comes first, such as reading each site's devices, is not what it costs from then on.
  await wait(5_000);
  const fromS = clockS();
  const without = await cpuFor(server.pid, seconds);
  span = { fromS, toS: clockS() };
  const watching = await Promise.all(seed.tokens.slice(1, walls + 1).map(token => technician(server, token)));
  for (const wall of watching) for (const name of ['site.list', 'site.curves']) await wall.ask(name, {});
  await wait(2_000);
  const withWalls = await cpuFor(server.pid, seconds);
  const sent = await crowd.leave();
  for (const wall of watching) wall.close();
  note(
    `${sent} reports; ${(without * 100).toFixed(1)} % of a core without walls, ${(withWalls * 100).toFixed(1)} % with ${walls}; ${rssMbOf(server.pid).toFixed(0)} MB`,
  );
  return [
    { name: 'centre', point: 'all probes report once a minute', n: probes.length, cpu: significant(without, 3), demanded: '' },
    {
      name: 'centre',
      point: `${walls} walls beside them, more`,
      n: probes.length,
      cpu: significant(Math.max(0, withWalls - without), 3),
      demanded: '0.05 of a core',
    },
  ];
}

/** How long acknowledgements take while something else goes on. */
async function talkWhile(talker: Talker, channelId: string, going: () => boolean): Promise<number[]> {
  const taken: number[] = [];
  for (let n = 0; going(); n++) {
    taken.push((await talker.ask('message.send', { channelId, content: `message ${n}`, nonce: `n${n}-${process.hrtime.bigint()}` })).ms);
    await wait(10);
  }
  return taken;
}

/** A restart: all probes come back at once, while people talk. */
async function measureReturn(setting: Setting, data: string): Promise<Row[]> {
  const { folder, probes, seed, cores } = setting;
  const server = await nesterOn(data, cores);
  try {
    const talker = await technician(server, seed.tokens[0]!);
    let isOver = false;
    setTimeout(() => (isOver = true), 3_000);
    const calm = await talkWhile(talker, seed.channelId, () => !isOver);
    let isBack = false;
    const coming = startProbes(folder, { tcpPort: server.tcpPort, httpPort: server.httpPort!, probes, reportsPerS: 0 }, cores.load).finally(
      () => {
        isBack = true;
      },
    );
    const meanwhile = await talkWhile(talker, seed.channelId, () => !isBack);
    const crowd = await coming;
    await crowd.leave();
    talker.close();
    note(
      `all back after ${crowd.thereS.toFixed(2)} s; acknowledgements p99 ${quantile(calm, 0.99).toFixed(1)} ms calm, ${quantile(meanwhile, 0.99).toFixed(1)} ms meanwhile`,
    );
    return [
      {
        name: 'centre',
        point: 'all probes are back after a restart',
        n: probes.length,
        seconds: significant(crowd.thereS, 3),
        demanded: '60 s',
      },
      {
        name: 'centre',
        point: 'acknowledgement meanwhile',
        n: probes.length,
        ms: significant(median(meanwhile), 3),
        p99Ms: significant(quantile(meanwhile, 0.99), 3),
        demanded: 'chat unharmed',
      },
    ];
  } finally {
    await server.stop();
  }
}

async function run(options: ReturnType<typeof readOptions>): Promise<void> {
  const folder = newFolder('centre-');
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const cores = chooseCores();
  for (const line of describeMachine(folder, cores)) note(line);
  note(`${options.sites} sites of ${devicesPerSite} devices. Limits are raised, since one machine plays all: AERIE_LIMITS=${raisedLimits}`);
  const seed = await seedChannel(folder, walls + 1, 'technician');
  const probes = await seedCentre(seed.data, options.sites);
  const setting: Setting = {
    folder,
    seed,
    probes,
    cores,
    runs: options.runs,
    seconds: options.seconds,
    profileTo: options.profile ? folder : undefined,
  };
  const data = join(folder, 'run');
  const server = await startNester(setting, data);
  const rows: Row[] = [];
  try {
    rows.push(...(await measurePages(setting, server)));
    rows.push(...(await measureWalls(setting, server)));
  } finally {
    await server.stop();
  }
  if (setting.profileTo !== undefined) process.stdout.write(`${profileText(readProfile(setting.profileTo, span.fromS, span.toS))}\n`);
  else rows.push(...(await measureReturn(setting, data)));
  process.stdout.write(options.json ? `${JSON.stringify(rows, undefined, 1)}\n` : `${rowsText(rows)}\n`);
}

function rowsText(rows: readonly Row[]): string {
  const head = ['', 'sites', 'ms', 'p99 ms', 'bytes', 'seconds', 'of a core', 'demanded'];
  return table(
    head,
    rows.map(row => [row.point, row.n, row.ms ?? '', row.p99Ms ?? '', row.bytes ?? '', row.seconds ?? '', row.cpu ?? '', row.demanded]),
  );
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
