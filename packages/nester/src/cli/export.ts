import { createWriteStream, openSync, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ExportForm, type ExportSubject, exportSubjects } from '@aerie/contract';
import { Argument, type Command, Option } from 'commander';
import { exported } from '../exports/export.ts';
import { causeOf } from '../file-cause.ts';
import { asCaller } from '../owner.ts';
import { Failure } from './failure.ts';
import { endOf, startOf } from './moments.ts';
import { channelNamed, siteCoded } from './names.ts';
import { withDesk } from './run.ts';
import { withSettings } from './settings.ts';
import { shownLines } from './table.ts';

interface ExportOptions extends ExportForm {
  out?: string;
  channel?: string;
  site?: string;
  from?: number;
  to?: number;
}

/** `nester export …` */
export function addExportCommand(program: Command): void {
  withSettings(
    program
      .command('export')
      .description('write out all accounts, messages, administrative acts, devices or incidents')
      .addArgument(new Argument('<what>', 'what to write out').choices(exportSubjects))
      .addOption(new Option('--format <format>', 'csv for spreadsheets, or one JSON array').choices(['csv', 'json']).default('csv'))
      .option('--out <file>', 'a file for its owner only, in place of one of that name (default: standard output)')
      .addOption(new Option('--language <language>', 'of the headings in CSV').choices(['en', 'fr']).default('en'))
      .option('--bom', 'begin CSV with a byte order mark, which Excel needs to read accents', false)
      .addOption(
        new Option('--separator <separator>', 'between cells of CSV: semicolon for a French Excel')
          .choices(['comma', 'semicolon'])
          .default('comma'),
      )
      .option('--channel <name>', 'messages of one channel')
      .option('--site <code>', 'devices or incidents of one site')
      .addOption(new Option('--from <date>', 'messages, acts or incidents from this day on, such as 2026-11-22').argParser(startOf))
      .addOption(new Option('--to <date>', 'messages, acts or incidents up to the end of this day').argParser(endOf)),
    'usual',
  ).action(async (subject: ExportSubject, options: ExportOptions) => {
    await withDesk({ ...options }, {}, async desk => {
      const channelId = options.channel === undefined ? undefined : (await channelNamed(desk, options.channel)).channelId;
      const siteId = options.site === undefined ? undefined : (await siteCoded(desk, options.site)).siteId;
      const { format, language, bom, separator, from, to } = options;
      await writeTo(
        options.out,
        exported(desk.call, { subject, selection: { channelId, siteId, from, to }, form: { format, language, bom, separator } }),
      );
    });
  });
}

/** Writes page by page; a file is there only when it is whole. */
async function writeTo(file: string | undefined, text: AsyncIterable<string>): Promise<void> {
  const toTerminal = file === undefined && process.stdout.isTTY;
  const chunks = Readable.from(toTerminal ? shown(text) : text, { objectMode: false });
  // Standard output stays open: it is not ours to end.
  if (file === undefined) return await pipeline(chunks, process.stdout, { end: false });
  const part = `${file}.part`;
  let descriptor: number;
  try {
    descriptor = asCaller(() => openSync(part, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw new Failure(`${file} cannot be written: ${causeOf(error)}.`);
    throw new Failure(`${part} is there already: another export writes it, or one was cut off. Wait for it, or remove it.`);
  }
  try {
    await pipeline(chunks, createWriteStream(part, { fd: descriptor, flush: true }));
    asCaller(() => renameSync(part, file));
  } catch (error) {
    asCaller(() => rmSync(part, { force: true }));
    throw error;
  }
}

/** A file and a pipe get all as it is; a terminal must not obey what others typed. */
async function* shown(text: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const chunk of text) yield shownLines(chunk);
}
