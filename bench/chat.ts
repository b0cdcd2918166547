/** npm run bench -- chat: how fast a message reaches everybody beside servers of the same kind, what the many cost, and what bad guests do. */
import { installPrograms } from '../scripts/apt.ts';
import { installLine, type ProgramName, programPath } from '../scripts/programs.ts';
import { type Aerie, aerie } from './chat/aerie.ts';
import { raisedLimits } from './chat/aerie-server.ts';
import type { Contender } from './chat/contender.ts';
import { demandsText } from './chat/demands.ts';
import { allTrials, measureFire, type Trial } from './chat/fire.ts';
import { measureHistory } from './chat/history.ts';
import { measureIdle } from './chat/idle.ts';
import { inspircd, ngircd } from './chat/irc.ts';
import { measureLogIns } from './chat/log-ins.ts';
import { comparePoint, profile } from './chat/measure.ts';
import { nodeLoop } from './chat/node-loop.ts';
import { type Options, readOptions, usage } from './chat/options.ts';
import { contentBytes, points, senders, small } from './chat/points.ts';
import { profileText } from './chat/profile-text.ts';
import { pythonLoop } from './chat/python-loop.ts';
import type { Result, Row, Setting } from './chat/setting.ts';
import { UsageError } from './kit/arguments.ts';
import { chooseCores, describeMachine } from './kit/machine.ts';

const note = (text: string) => process.stderr.write(`${text}\n`);

/** The peers that this machine has; unless told not to, those of Debian are installed first where that is possible. */
function findPeers(mayInstall: boolean): Contender[] {
  const all = [inspircd, ngircd, pythonLoop, nodeLoop];
  const needed: ProgramName[] = ['gcc', ...all.flatMap(({ needs }) => needs ?? [])];
  if (mayInstall) installPrograms(needed.filter(name => !programPath(name)));
  return all.filter(({ name, needs }) => {
    const isThere = !needs || programPath(needs) !== undefined;
    if (!isThere) note(`${name} is left out, since it is not on this machine: ${installLine(needs!)}`);
    return isThere;
  });
}

/** Measures what was asked for, in order; a result is handed out as soon as it is there. */
async function* measureAll(setting: Setting, only: readonly string[]): AsyncGenerator<Result<Row>> {
  for (const point of points.filter(({ key }) => only.includes(key))) {
    yield await comparePoint(setting.isQuick ? small(point) : point, setting);
  }
  if (only.includes('idle')) yield await measureIdle(setting);
  if (only.includes('log-ins')) yield await measureLogIns(setting);
  if (only.includes('history')) yield await measureHistory(setting);
  // The storm by passwords belongs to the log-ins as well: it is measured once.
  const storm: Trial[] = ['calm', 'log-ins by password'];
  const trials = only.includes('fire') ? allTrials : only.includes('log-ins') ? storm : [];
  if (trials.length > 0) yield await measureFire(setting, trials);
}

async function run(options: Options, ours: Aerie): Promise<void> {
  const cores = chooseCores();
  for (const line of describeMachine(ours.folder, cores)) note(line);
  note(`${senders} senders, ${contentBytes} bytes a message. Aerie: every message is on disk before it is acknowledged or shown.`);
  note(`Aerie's limits are raised for this, since one machine plays everybody: AERIE_LIMITS=${raisedLimits}`);
  const setting: Setting = {
    ours,
    peers: options.isProfile ? [] : findPeers(options.mayInstall),
    cores,
    runs: options.runs,
    warmSeconds: options.isQuick ? 0.2 : 3,
    seconds: options.seconds,
    isQuick: options.isQuick,
    note,
  };
  if (options.isProfile) {
    for (const point of points.filter(({ key }) => options.only.includes(key))) {
      process.stdout.write(`${profileText(point, await profile(ours, point, setting))}\n`);
    }
    return;
  }
  const rows: Row[] = [];
  for await (const result of measureAll(setting, options.only)) {
    rows.push(...result.rows);
    if (!options.isJson) process.stdout.write(`${result.text}\n\n`);
  }
  if (!options.isJson && !options.isQuick) process.stdout.write(`${demandsText(rows)}\n`);
  const disturbed = rows.filter(row => row.cpuOthers > 0.1).length;
  if (disturbed > 0) {
    note(
      `In ${disturbed} of ${rows.length} rows other programs used more than a tenth of a core: measure again when the machine is quiet.`,
    );
  }
  if (options.isJson) process.stdout.write(`${JSON.stringify(rows, undefined, 1)}\n`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  const options = readOptions(process.argv.slice(2));
  if (options.isHelp) {
    process.stdout.write(`${usage}\n`);
  } else {
    const ours = aerie();
    process.once('exit', () => ours.remove());
    await run(options, ours);
  }
} catch (error) {
  note((error as Error).message);
  if (error instanceof UsageError) note(usage);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
