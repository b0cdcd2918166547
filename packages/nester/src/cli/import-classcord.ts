import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type CommandOutput, type ImportVerdict, type Language, limits } from '@aerie/contract';
import { readSource } from '../imports/read-file.ts';
import { type Source, SourceFault, type SourceMessage, type SourceUser } from '../imports/source.ts';
import { OldTimes } from '../imports/times.ts';
import { Failure } from './failure.ts';
import { Progress, wrappedDigests } from './import-passwords.ts';
import { ImportReport, type Kind } from './import-report.ts';
import { withDesk } from './run.ts';
import { configOf } from './settings.ts';
import type { Desk } from './socket.ts';

/** A page of rows travels in one frame, with room for the rest of the command. */
const pageBytes = limits.frameBytes * 0.75;
const pageRows = 1_000;
const passwordsPerPage = 200;
/** Half a million messages on a slow disk. */
const writingMs = 15 * 60_000;

export interface ImportOptions {
  dryRun: boolean;
  zone?: string;
  language: Language;
  json?: boolean;
}

/** A row with the file that it stands in; rows are known by their place in the list. */
type Filed<R> = R & { file: string };

/** `nester import classcord`: reads the files, brings in what they hold, and says what became of each row. */
export async function importClasscord(files: readonly string[], options: ImportOptions): Promise<void> {
  const times = timesOf(options.zone);
  const sources = [...new Set(files)].map(file => sourceOf(file, times));
  const report = new ImportReport();
  for (const { file, users, messages, refused } of sources) {
    const count = (kind: Kind) => refused.filter(({ what }) => what === kind).length;
    report.addFile(file, { accounts: users.length + count('accounts'), messages: messages.length + count('messages') });
    for (const row of refused) report.add({ file, outcome: 'refused', ...row });
  }
  const result = await atDesk(options, desk => bringIn(desk, sources, report, options));
  const head = { dryRun: options.dryRun, zone: times.zone, localTimes: sources.reduce((sum, { localTimes }) => sum + localTimes, 0) };
  process.stdout.write(options.json ? report.json(head, result) : report.text());
  if (report.taken === 0 && report.already === 0) throw new Failure('Nothing could be taken.');
  say(sentenceOf(result, head));
}

/** A dry run where there is no data yet makes none: it looks at an empty folder of its own. */
async function atDesk<T>(options: ImportOptions, work: (desk: Desk) => Promise<T>): Promise<T> {
  const { data, databaseUrl } = configOf({ ...options });
  if (!options.dryRun || databaseUrl || existsSync(join(data, 'nester.db')) || existsSync(join(data, 'nester.sock')))
    return await withDesk({ ...options }, { fresh: true }, work);
  const folder = mkdtempSync(join(tmpdir(), 'nester-dry-run-'));
  try {
    return await withDesk({ ...options, data: folder }, { fresh: true }, work);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Accounts first, so that messages find their authors; then passwords of those that are taken; then all at once. */
async function bringIn(
  desk: Desk,
  sources: readonly Source[],
  report: ImportReport,
  { dryRun, language }: ImportOptions,
): Promise<CommandOutput<'import.finish'>> {
  // Of the same account in several files, the first one is taken: rather one with a password.
  const users = filed(sources, source => source.users).sort((one, other) => rankOf(one) - rankOf(other));
  const messages = filed(sources, source => source.messages).sort((one, other) => one.at - other.at);
  const source = sources
    .map(({ file }) => basename(file))
    .join(', ')
    .replaceAll('\0', '')
    .toWellFormed()
    .slice(0, 300);
  const { importId } = await desk.call('import.begin', { source, language });

  const usable = new Set(users.keys());
  for (const page of pages(users, userRow)) {
    for (const verdict of (await desk.call('import.users', { importId, users: page })).verdicts) {
      if (verdict.outcome !== 'changed') usable.delete(verdict.index);
      report.add(reported('accounts', users[verdict.index]!, verdict, whyUnknown(users[verdict.index]!)));
    }
  }
  const changed = new Set<number>();
  for (const page of pages(messages, messageRow)) {
    for (const verdict of (await desk.call('import.messages', { importId, messages: page })).verdicts) {
      changed.add(verdict.index);
      const own = verdict.outcome === 'changed' ? messages[verdict.index]!.changes : [];
      report.add(reported('messages', messages[verdict.index]!, verdict, own));
    }
  }
  messages.forEach((message, index) => {
    const { file, row, changes } = message;
    if (changes.length > 0 && !changed.has(index))
      report.add({ file, what: 'messages', row, outcome: 'changed', reason: changes.join(' ') });
  });

  if (!dryRun) {
    await sendPasswords(desk, importId, users, usable);
    if (report.taken > 0) say('Writing…');
  }
  return await desk.call('import.finish', { importId, dryRun }, writingMs);
}

async function sendPasswords(desk: Desk, importId: string, users: readonly SourceUser[], usable: ReadonlySet<number>): Promise<void> {
  const digests = new Map<number, string>();
  for (const index of usable) {
    const { digest } = users[index]!.password;
    if (digest !== undefined) digests.set(index, digest);
  }
  const progress = new Progress('passwords sealed', digests.size);
  let passwords: { index: number; hash: string }[] = [];
  const send = async () => {
    if (passwords.length > 0) await desk.call('import.passwords', { importId, passwords });
    passwords = [];
  };
  for await (const wrapped of wrappedDigests(digests)) {
    progress.step();
    passwords.push(wrapped);
    if (passwords.length === passwordsPerPage) await send();
  }
  await send();
}

function rankOf({ password }: SourceUser): number {
  return password.digest === undefined ? 1 : 0;
}

function userRow({ name, password, createdAt }: SourceUser, index: number) {
  return { index, name, hasPassword: password.digest !== undefined, createdAt };
}

function messageRow({ author, channel, to, content, at, key }: SourceMessage, index: number) {
  return { index, author, channel, to, content, at, key };
}

/** Rows in pages that fit into a frame each. */
function* pages<R, P>(rows: readonly R[], make: (row: R, index: number) => P): Generator<P[]> {
  let page: P[] = [];
  let bytes = 0;
  for (const [index, row] of rows.entries()) {
    const made = make(row, index);
    const own = Buffer.byteLength(JSON.stringify(made)) + 1;
    if (page.length > 0 && (bytes + own > pageBytes || page.length === pageRows)) {
      yield page;
      page = [];
      bytes = 0;
    }
    page.push(made);
    bytes += own;
  }
  if (page.length > 0) yield page;
}

function filed<R>(sources: readonly Source[], rowsOf: (source: Source) => readonly R[]): Filed<R>[] {
  return sources.flatMap(source => rowsOf(source).map(row => ({ ...row, file: source.file })));
}

function reported(what: Kind, { file, row }: Filed<{ row: string }>, { outcome, reason }: ImportVerdict, more: readonly string[]) {
  return { file, what, row, outcome, reason: [reason, ...(outcome === 'changed' ? more : [])].join(' ') };
}

function whyUnknown({ password }: SourceUser): string[] {
  return password.digest === undefined ? [`Of its password: ${password.why}.`] : [];
}

function timesOf(zone: string | undefined): OldTimes {
  try {
    return new OldTimes(zone);
  } catch {
    throw new Failure(`There is no zone ${JSON.stringify(zone)}. Write one such as Europe/Paris or UTC.`);
  }
}

function sourceOf(file: string, times: OldTimes): Source {
  try {
    return readSource(file, times);
  } catch (error) {
    throw error instanceof SourceFault ? new Failure(error.message) : error;
  }
}

function sentenceOf(
  { users, messages, channels, directs }: CommandOutput<'import.finish'>,
  { dryRun, zone, localTimes }: { dryRun: boolean; zone: string; localTimes: number },
): string {
  const made = channels.length > 0 ? ` New channels: ${channels.map(name => `#${name}`).join(', ')}.` : '';
  const direct = directs > 0 ? ` New direct conversations: ${directs}.` : '';
  const taken = `${dryRun ? 'Would take' : 'Took'} ${counted(users, 'account')} and ${counted(messages, 'message')}`;
  const local = localTimes > 0 ? ` Times written without a zone: ${localTimes}, read as those of ${zone} (--zone names another).` : '';
  return `${taken}.${made}${direct}${local}`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
