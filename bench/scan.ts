/** npm run bench -- scan: how fast a site is known, beside the old way of scanning it; what a probe costs and how it catches up. */
import { rmSync } from 'node:fs';
import { installPrograms } from '../scripts/apt.ts';
import { installLine, programPath } from '../scripts/programs.ts';
import { UsageError } from './kit/arguments.ts';
import { newFolder } from './kit/folders.ts';
import { chooseCores, describeMachine } from './kit/machine.ts';
import { table } from './kit/table.ts';
import { measureBacklog } from './scan/backlog.ts';
import { demandsText } from './scan/demands.ts';
import { measureIdle } from './scan/idle.ts';
import { measurePorts } from './scan/many-ports.ts';
import { type Key, type Options, readOptions, usage } from './scan/options.ts';
import type { Row, Setting } from './scan/setting.ts';
import { measureSweep } from './scan/sweep.ts';
import { measureSite } from './scan/whole-site.ts';

const note = (text: string) => process.stderr.write(`${text}\n`);

const points: Record<Key, { needsLab: boolean; measure(setting: Setting): Promise<Row[]> }> = {
  site: { needsLab: true, measure: measureSite },
  ports: { needsLab: true, measure: setting => measurePorts(setting, 'ports') },
  'ports-plain': { needsLab: true, measure: setting => measurePorts(setting, 'ports-plain') },
  'ports-slow': { needsLab: true, measure: setting => measurePorts(setting, 'ports-slow') },
  sweep: { needsLab: true, measure: measureSweep },
  idle: { needsLab: false, measure: measureIdle },
  backlog: { needsLab: false, measure: measureBacklog },
};

/** The programs of the lab; those of Debian are installed first where that is possible. */
function needLab(mayInstall: boolean): void {
  const missing = () => (['netns', 'mount', 'python3', 'nmap'] as const).filter(name => programPath(name) === undefined);
  if (mayInstall) installPrograms(missing());
  const [still] = missing();
  if (still !== undefined) throw new Error(`The lab of hosts needs ${still}: ${installLine(still)}`);
}

async function run({ only, isJson, mayInstall, runs, oldRuns, oldHosts, isQuick }: Options): Promise<void> {
  if (only.some(key => points[key].needsLab)) needLab(mayInstall);
  const folder = newFolder('scan-');
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const cores = chooseCores();
  for (const line of describeMachine(folder, cores)) note(line);
  if (isQuick) note('In small, to see that everything works: these figures are worth nothing.');
  const rows: Row[] = [];
  for (const key of only) rows.push(...(await points[key].measure({ folder, cores, runs, oldRuns, oldHosts, isQuick, note })));
  process.stdout.write(isJson ? `${JSON.stringify(rows, undefined, 1)}\n` : `${rowsText(rows)}\n`);
  if (!isQuick) note(demandsText(rows));
}

function rowsText(rows: readonly Row[]): string {
  const known = ['name', 'point', 'case', 'server', 'n', 'runs', 'seconds', 'ratio'];
  const others = (row: Row) =>
    Object.entries(row)
      .filter(([key]) => !known.includes(key))
      .map(([key, value]) => `${key} ${value}`)
      .join(', ');
  const head = ['what', 'who', 'N', 'runs', 'seconds', 'times faster', 'besides'];
  const lines = rows.map(row => [
    [row.point, row.case].filter(Boolean).join(': '),
    row.server,
    row.n,
    row.runs,
    row.seconds,
    row.ratio,
    others(row),
  ]);
  return table(head, lines);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  const options = readOptions(process.argv.slice(2));
  if (options.isHelp) process.stdout.write(`${usage}\n`);
  else await run(options);
} catch (error) {
  note((error as Error).message);
  if (error instanceof UsageError) note(usage);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
