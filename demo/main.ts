/** npm run demo: a Nester of its own with a month behind it, and a probe at each of its sites. */
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { onLeash, onStopSignal, root } from '../scripts/runtime.js';
import { Fleet } from './fleet.ts';
import { DemoFolder, FolderError } from './folder.ts';

const usage = `npm run demo -- [--reset] [--data ./demo-data] [--http 3000] [--tcp 12345] [--port 0] [--sites 32] [--days 30]
  --reset       forgets the demonstration that is there and makes a new one
  --data        the folder that it is kept in
  --http, --tcp ports of this machine; --port N is both (0: any that are free)
  --sites       franchises with a probe each, 1 to 1000; --days: of history, 4 to 60 (30; of more than 100 sites 7);
                both for a new one only`;

/** Of more, a week of history is enough. */
const manySites = 100;

interface Options {
  reset: boolean;
  data: string;
  http: number;
  tcp: number;
  sites: number;
  days: number;
}

class UsageError extends Error {}

function readOptions(argv: readonly string[]): Options | 'help' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = { reset: flag, help: flag, data: text, http: text, tcp: text, port: text, sites: text, days: text };
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    ({ values } = parseArgs({ args: [...argv], options }));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (values.help) return 'help';
  const sites = whole('--sites', values.sites ?? '32', 1, 1_000);
  return {
    reset: values.reset === true,
    data: resolve(values.data ?? 'demo-data'),
    http: whole('--http', values.http ?? values.port ?? '3000', 0, 65_535),
    tcp: whole('--tcp', values.tcp ?? (values.port === '0' ? '0' : '12345'), 0, 65_535),
    sites,
    days: whole('--days', values.days ?? (sites > manySites ? '7' : '30'), 4, 60),
  };
}

function whole(name: string, typed: string, least: number, most: number): number {
  const value = Number(typed);
  if (!/^\d+$/.test(typed) || value < least || value > most) throw new UsageError(`${name} is a whole number from ${least} to ${most}.`);
  return value;
}

async function run(options: Options): Promise<void> {
  if (options.reset) DemoFolder.remove(options.data);
  let folder = DemoFolder.open(options.data);
  if (!folder) {
    const begun = performance.now();
    console.log(`Making ${options.sites} sites with ${options.days} days of history in ${options.data} …`);
    folder = await DemoFolder.make(options.data, { seededAt: Date.now(), days: options.days, sites: options.sites });
    console.log(`Made in ${((performance.now() - begun) / 1_000).toFixed(1)} s.`);
  }
  await play(folder, options);
}

async function play(folder: DemoFolder, options: Options): Promise<void> {
  // Settings of a Nester that is not for show stay with that one.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AERIE_'));
  const env = {
    ...Object.fromEntries(inherited),
    AERIE_DATA: folder.path,
    AERIE_HTTP: `127.0.0.1:${options.http}`,
    AERIE_TCP: `127.0.0.1:${options.tcp}`,
    AERIE_LOG: join(folder.path, 'nester.log'),
    // All probes come from one address.
    AERIE_LIMITS: 'httpPerMinute=1000000,pending=4000,pendingPerAddress=4000',
  };
  const nester = onLeash([join(root, 'packages/nester/src/main.ts'), 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const ended = once(nester, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let fleet: Fleet | undefined;
  onStopSignal(() => fleet?.stop());
  createInterface({ input: nester.stdout! }).on('line', line => {
    const [, http, tcp] = /^ready http=(\S+) tcp=(\S+)/.exec(line) ?? [];
    if (http === undefined || tcp === undefined) return;
    fleet = new Fleet(folder, { http, tcp }, sentence => console.error(sentence));
    void fleet.start().then(() => {
      console.log(welcome(folder, http, tcp));
      console.log(`ready http=${http} tcp=${tcp}`);
    });
  });
  const [code] = await ended;
  fleet?.stop();
  process.exitCode = code ?? 1;
}

function welcome({ state, path }: DemoFolder, http: string, tcp: string): string {
  const width = Math.max(...state.people.map(({ name }) => name.length));
  const people = state.people.map(
    ({ name, password, role, language }) => `  ${name.padEnd(width)}  ${password}  ${role}, ${language === 'fr' ? 'French' : 'English'}`,
  );
  const url = `http://${http}`;
  return [
    '',
    `${state.scene.sites} sites, ${state.scene.days} days of history, a simulated probe at each. Log in as:`,
    ...people,
    '',
    `  ${url}/            the channels; what happened is told in #supervision`,
    `  ${url}/sites       sites, worst first; ${url}/wall for the big screen`,
    `  ${url}/incidents   what needs somebody`,
    `  npx classcord http://${http}   in a terminal; the old wire is on ${tcp}`,
    '',
    `Kept in ${path}. Ctrl-C stops; --reset begins anew.`,
  ].join('\n');
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else await run(options);
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n${usage}`);
    process.exitCode = 2;
  } else if (error instanceof FolderError) {
    console.error(error.message);
    process.exitCode = 1;
  } else throw error;
}
