import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, futimesSync, mkdirSync, openSync, readSync, rmSync, type Stats, statSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AppError, type CommandOutput } from '@aerie/contract';
import { causeOf } from '../file-cause.ts';
import { asCaller, becomeOwner } from '../owner.ts';
import { Failure } from './failure.ts';
import { withDesk } from './run.ts';
import { moment, printJson, say } from './say.ts';
import { configOf } from './settings.ts';
import type { Desk } from './socket.ts';
import { table } from './table.ts';

/** A report of thousands of hosts on a slow disk. */
const patienceMs = 5 * 60_000;

export interface ReportImportOptions {
  site?: string;
  dryRun: boolean;
  json?: boolean;
}

type Taken = CommandOutput<'intake.take'>;
/** What became of one file. */
type Outcome = { file: string } & ({ taken: Taken; refused?: undefined } | { refused: string; taken?: undefined });

/** `nester import reports`: takes files in as the inbox does, and says what became of each. The files stay where they are. */
export async function importReports(files: readonly string[], options: ReportImportOptions): Promise<void> {
  const { data } = configOf({ ...options });
  const outcomes = await withDesk({ ...options }, {}, async desk => {
    const all: Outcome[] = [];
    for (const file of new Set(files)) all.push(await takeIn(desk, data, file, options));
    return all;
  });
  if (options.json) printJson(outcomes);
  else
    process.stdout.write(
      table(
        ['file', 'shape', 'site', 'made', 'hosts', 'becomes'],
        outcomes.map(one => rowOf(one, options.dryRun)),
      ),
    );
  const taken = outcomes.filter(one => one.taken && !one.taken.isDouble).length;
  const doubles = outcomes.filter(one => one.taken?.isDouble).length;
  const refused = outcomes.length - taken - doubles;
  const parts = [`${options.dryRun ? 'Would take' : 'Took'} ${taken}`, `here already ${doubles}`, `refused ${refused}`];
  // "Choose one", says Nester: here that is an option.
  const hint = outcomes.some(one => /Choose (one|a site)$/.test(one.refused ?? ''))
    ? ' Choose a site with --site CODE: "nester site list" shows them.'
    : '';
  if (refused > 0) throw new Failure(`${parts.join(', ')}.${hint}`);
  say(`${parts.join(', ')}.`);
}

/** A file may be larger than what one command carries: it goes through a folder that only Nester reads. */
async function takeIn(desk: Desk, data: string, file: string, { site, dryRun }: ReportImportOptions): Promise<Outcome> {
  const upload = randomBytes(16).toString('hex');
  const uploads = join(data, 'inbox', '.upload');
  const path = join(uploads, upload);
  try {
    const stats = statSync(file);
    if (!stats.isFile()) return { file, refused: 'it is no file' };
    const from = asCaller(() => openSync(file, 'r'));
    try {
      asNester(data, () => {
        mkdirSync(uploads, { recursive: true, mode: 0o700 });
        copyInto(path, from, fstatSync(from));
      });
    } finally {
      closeSync(from);
    }
    const input = { upload, name: basename(file), dryRun, ...(site === undefined ? {} : { siteCode: site }) };
    return { file, taken: await desk.call('intake.take', input, patienceMs) };
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found' && error.params.thing === 'site')
      throw new Failure(`There is no site ${JSON.stringify(site)}. "nester site list" shows them.`);
    if (error instanceof AppError && error.code === 'bad_report') return { file, refused: String(error.params.reason) };
    if ((error as NodeJS.ErrnoException).syscall) return { file, refused: causeOf(error) };
    throw error;
  } finally {
    asNester(data, () => rmSync(path, { force: true }));
  }
}

/** Does work as whoever the data belong to: root may run this beside a Nester that runs as somebody else. */
function asNester<T>(data: string, work: () => T): T {
  const end = becomeOwner(data);
  try {
    return work();
  } finally {
    end();
  }
}

function copyInto(path: string, from: number, { atime, mtime }: Stats): void {
  const to = openSync(path, 'wx', 0o600);
  try {
    const piece = Buffer.alloc(64 * 1_024);
    for (let length = readSync(from, piece); length > 0; length = readSync(from, piece))
      for (let at = 0; at < length; ) at += writeSync(to, piece, at, length - at);
    // A file without a time of its own is of the time when it was written.
    futimesSync(to, atime, mtime);
  } finally {
    closeSync(to);
  }
}

function rowOf({ file, taken, refused }: Outcome, dryRun: boolean): string[] {
  if (!taken) return [file, '', '', '', '', `refused: ${refused}`];
  const { shape, siteCode, madeAt, hosts, isDouble } = taken;
  return [file, shape, siteCode, moment(madeAt), String(hosts), isDouble ? 'here already' : dryRun ? 'would be taken' : 'taken'];
}
