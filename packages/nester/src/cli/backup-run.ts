import { existsSync, lchownSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BackupAttempt } from '@aerie/contract';
import { copyBackup } from '../backups/copy.ts';
import { asSentence } from '../backups/faults.ts';
import { BackupUnderWay, type Made, makeBackup, thin } from '../backups/make.ts';
import { readConfig } from '../config.ts';
import { asCaller, becomeOwner } from '../owner.ts';
import { readVersion } from '../version.ts';
import type { BackupOptions } from './backup.ts';
import { Failure, oneLine } from './failure.ts';
import { sayHolding } from './holding.ts';
import { printJson, say } from './say.ts';
import { configOf, settingsOf } from './settings.ts';
import { connectToNester } from './socket.ts';

/** As much of a problem as is told to Nester. */
const problemChars = 500;

/** Makes a backup, thins out, sends the copy, and tells Nester how it went. */
export async function runBackup(options: BackupOptions): Promise<void> {
  const config = configOf({ ...options });
  const folder = options.out === undefined ? config.backups : resolve(options.out);
  const target = options.copy === undefined ? config.backupCopy : copyTarget(options);
  const at = Date.now();
  const attempt: BackupAttempt = { at, name: null, seconds: 0, problem: null, copied: target === undefined ? null : false };
  let removed: string[] = [];
  let made: Made | undefined;
  let failure: Error | undefined;
  let back = () => {};
  try {
    back = asOwnerOf(config.data, folder);
    const { withKey, keep } = options;
    await makeBackup({ config, folder, version: readVersion().version, now: () => at, withKey, keep }, async done => {
      made = done;
      attempt.name = done.name;
      attempt.seconds = (Date.now() - at) / 1_000;
      if (options.thin) removed = await thin(folder);
      if (target === undefined) return;
      // Root again, who starts another program as that user altogether.
      back();
      await copyBackup(done.file, target, config.data).finally(() => {
        back = asOwnerOf(config.data, folder);
      });
      attempt.copied = true;
    });
  } catch (error) {
    // Whoever is at work already tells of it.
    if (error instanceof BackupUnderWay) throw error;
    failure = asSentence(error, folder);
    attempt.problem = oneLine(failure).slice(0, problemChars);
    if (!made) attempt.seconds = (Date.now() - at) / 1_000;
  } finally {
    back();
  }
  await tell(config.data, attempt);
  if (made) tellMade(made, { attempt, removed, target }, options);
  if (!failure) return;
  throw made ? new Failure(`${oneLine(failure)} The backup itself is made and kept: ${made.file}.`) : failure;
}

/** Says what was made, for people or for programs. */
function tellMade(
  { file, bytes, manifest }: Made,
  { attempt, removed, target }: { attempt: BackupAttempt; removed: string[]; target: string | undefined },
  options: BackupOptions,
): void {
  const { counts, head, leftOut } = manifest;
  if (options.json) {
    printJson({ ...attempt, file, bytes, counts, head, leftOut, removed });
    return;
  }
  say(`Made ${file} in ${attempt.seconds.toFixed(1)} s.`);
  sayHolding(manifest, bytes);
  if (options.withKey) say('The key of secrets is in it: keep it as you keep a password.');
  else say('The key of secrets is not in it: keep a copy of that elsewhere.');
  if (removed.length > 0) say(`Removed ${removed.length === 1 ? '1 older one' : `${removed.length} older ones`}: ${removed.join(' ')}.`);
  if (attempt.copied) say(`Sent a copy to ${target}; nothing is thinned out there.`);
}

/** Root makes backups as the user whose data they are of: no link among those leads where that user could not go. */
function asOwnerOf(data: string, folder: string): () => void {
  if (process.getuid?.() !== 0 || !existsSync(data)) return () => undefined;
  const back = becomeOwner(data);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    // Where that user may make none, root makes one for them.
    const { uid, gid } = statSync(data);
    asCaller(() => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      lchownSync(folder, uid, gid);
    });
  }
  return back;
}

/** Checked as the setting is. */
function copyTarget(options: BackupOptions): string | undefined {
  const { flags, configFile } = settingsOf({ ...options });
  return readConfig({ ...flags, backupCopy: options.copy }, process.env, configFile).backupCopy;
}

/** A Nester that does not run, or is of another mind, is no reason for a backup to fail. */
async function tell(data: string, attempt: BackupAttempt): Promise<void> {
  try {
    const desk = await connectToNester(join(data, 'nester.sock'));
    try {
      await desk?.call('backup.record', attempt);
    } finally {
      await desk?.close();
    }
  } catch (error) {
    say(`Nester could not be told: ${oneLine(error)}`);
  }
}
