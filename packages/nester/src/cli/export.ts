import { once } from 'node:events';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Argument, type Command, Option } from 'commander';
import { stringify } from 'csv-stringify';
import { columns, type Language, type Subject, subjects } from './export-columns.ts';
import { Failure } from './failure.ts';
import { allAudit, allMessages, allUsers } from './pages.ts';
import { withDesk } from './run.ts';
import { withSettings } from './settings.ts';
import type { Desk } from './socket.ts';

interface ExportOptions {
  format: 'csv' | 'json';
  out?: string;
  language: Language;
}

/** `nester export …` */
export function addExportCommand(program: Command): void {
  withSettings(
    program
      .command('export')
      .description('write out all accounts, messages or administrative acts')
      .addArgument(new Argument('<what>', 'what to write out').choices(subjects))
      .addOption(new Option('--format <format>', 'csv for spreadsheets, or one JSON array').choices(['csv', 'json']).default('csv'))
      .option('--out <file>', 'a new file, for its owner only (default: standard output)')
      .addOption(new Option('--language <language>', 'of the headings in CSV').choices(['en', 'fr']).default('en')),
    'usual',
  ).action(async (subject: Subject, options: ExportOptions) => {
    await withDesk({ ...options }, {}, desk => exportTo(options.out, records(desk, subject), subject, options));
  });
}

function records(desk: Desk, subject: Subject): AsyncIterable<object> {
  if (subject === 'users') return allUsers(desk);
  return subject === 'messages' ? allMessages(desk) : allAudit(desk);
}

/** Writes page by page, so that no export is too large; a file is there only when it is whole. */
async function exportTo(file: string | undefined, all: AsyncIterable<object>, subject: Subject, options: ExportOptions): Promise<void> {
  if (file === undefined) return await write(all, subject, options, process.stdout);
  const part = `${file}.part`;
  const stream = createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true });
  try {
    await once(stream, 'open');
  } catch (error) {
    throw new Failure(`${part} cannot be written: ${(error as NodeJS.ErrnoException).code}. Name another file, or remove it.`);
  }
  try {
    await write(all, subject, options, stream);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

async function write(all: AsyncIterable<object>, subject: Subject, { format, language }: ExportOptions, target: Writable): Promise<void> {
  // Standard output stays open: it is not ours to end.
  const end = { end: target !== process.stdout };
  if (format === 'json') return await pipeline(Readable.from(jsonArray(all)), target, end);
  const rows = stringify({
    header: true,
    columns: columns(subject, language).map(({ heading }, index) => ({ key: String(index), header: heading })),
    // A spreadsheet takes a cell that begins with = + - @ for a formula, and runs it.
    escape_formulas: true,
  });
  await pipeline(Readable.from(cells(all, subject, language)), rows, target, end);
}

async function* cells(all: AsyncIterable<object>, subject: Subject, language: Language): AsyncGenerator<string[]> {
  const shown = columns(subject, language);
  for await (const record of all) yield shown.map(({ cell }) => cell(record as never));
}

/** One JSON array, one record a line. */
async function* jsonArray(all: AsyncIterable<object>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const record of all) {
    yield before + JSON.stringify(record);
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}
