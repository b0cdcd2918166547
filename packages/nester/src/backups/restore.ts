import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { newId } from '../new-id.ts';
import { asOwner, keyFileOf } from '../secrets/key-file.ts';
import { lockFolder } from '../store/folder-lock.ts';
import { epochOfPostgres, restoreDump } from '../store/postgres-dump.ts';
import type { AuditTable } from '../store/schema.ts';
import { hasSqlite, type Renewal, renewSqlite } from '../store/snapshot.ts';
import { isThere, sync } from './durable.ts';
import { asSentence } from './faults.ts';
import { forgetJournal, type Journal, stagedFolder, writeJournal } from './journal.ts';
import { lockBackups, type Made, makeBackup } from './make.ts';
import { dumpName, keptFolders, keyName, type Manifest, sqliteName } from './manifest.ts';
import { backupName } from './names.ts';
import { readBackup, requireFile, UnsoundBackup } from './reading.ts';
import { finishRestore, type ReplacingPoint, replace, replacedFolders, requireMovable } from './replacing.ts';
import { requireKnownSchema, tryDatabase } from './verify.ts';

/** Points of the work that tests stop at. */
export type RestorePoint = ReplacingPoint | 'staged' | 'saved' | 'decided' | 'database restored';

interface Restore {
  config: Pick<Config, 'data' | 'databaseUrl' | 'secretKeyFile' | 'backups'>;
  file: string;
  version: string;
  now(): number;
  /** Whether everybody has to log in again. */
  endSessions: boolean;
  /** Asked when all was tried and before anything is touched; what it throws ends the restore. */
  confirm(manifest: Manifest, isReplacing: boolean): Promise<void>;
  reached?: (point: RestorePoint) => void;
}

export interface Restored {
  manifest: Manifest;
  /** The backup of what was there before. */
  saved: Made | undefined;
  /** Where the files of before lie, when no backup of them could be made, and why it could not. */
  aside: { folder: string; because: string } | undefined;
  /** Where the key that was in the backup lies now. */
  key: string | undefined;
}

/**
 * Puts a backup in the place of the present state. It is unpacked and tried beside it first; what is there is saved; from
 * then on the restore is carried to its end, by the next start if this process is killed.
 * @throws FolderInUse, UnsoundBackup, or Error; the present state is untouched then, unless it says otherwise
 */
export async function restoreBackup(restore: Restore): Promise<Restored> {
  const { config } = restore;
  const { data } = config;
  const file = resolve(restore.file);
  // Before a folder is made and locked for a file that is not there.
  requireFile(file);
  const unlock = await lockFolder(data);
  try {
    const release = lockBackups(data);
    try {
      await finishRestore(config);
      return await restoreAlone({ ...restore, file });
    } finally {
      release();
    }
  } finally {
    await unlock();
  }
}

async function restoreAlone(restore: Restore): Promise<Restored> {
  const { config, file, now, endSessions, reached = () => {} } = restore;
  const { data, databaseUrl } = config;
  const prepare = async () => {
    await requireMovable(data);
    const manifest = await stage(restore);
    const renewal: Renewal = { epoch: newId(), endSessions, audit: recordOf(basename(file), manifest, now()) };
    if (!databaseUrl) renewSqlite(join(data, stagedFolder, sqliteName), renewal);
    await syncFolders(join(data, stagedFolder));
    reached('staged');
    await restore.confirm(manifest, (await isAnythingThere(data)) || (await hasPostgres(databaseUrl)));
    const { saved, because } = await save(restore);
    reached('saved');
    const key = putKey(config, basename(file));
    const aside = await freeAside(data, now());
    const phase = databaseUrl ? 'database' : 'files';
    const journal: Journal = { v: 1, backup: basename(file), phase, epoch: renewal.epoch, aside, isSaved: saved !== undefined };
    await writeJournal(data, journal);
    return { manifest, saved, because, key, journal, renewal };
  };
  const { journal, because, renewal, ...prepared } = await prepare().catch(async (error: unknown) => {
    await forgetJournal(data);
    throw asSentence(error, data);
  });
  reached('decided');
  if (databaseUrl) {
    await replaceDatabase(databaseUrl, data, renewal);
    reached('database restored');
    await writeJournal(data, { ...journal, phase: 'files' });
  }
  await replace(data, journal, reached);
  const folder = join(data, journal.aside);
  return { ...prepared, aside: because !== undefined && (await isThere(folder)) ? { folder, because } : undefined };
}

/** The audit's record of a restore, by whoever may write to the folder of data. It stands in the state that is brought back. */
function recordOf(backup: string, manifest: Manifest, at: number): AuditTable {
  return {
    audit_id: newId(),
    at,
    actor_id: null,
    actor_name: '(local)',
    action: 'backup.restore',
    subject: backup,
    detail: JSON.stringify({ from: Date.parse(manifest.at) }),
    door: 'local',
    address: 'local',
  };
}

/** Unpacks the backup beside the present state, and tries it. */
async function stage({ config, file }: Restore): Promise<Manifest> {
  const staged = join(config.data, stagedFolder);
  await rm(staged, { recursive: true, force: true });
  await mkdir(staged, { mode: 0o700 });
  const manifest = await readBackup(file, { into: staged, wanted: () => true });
  const kinds = { sqlite: 'SQLite', postgres: 'PostgreSQL' };
  const wanted = config.databaseUrl ? 'postgres' : 'sqlite';
  if (manifest.database !== wanted)
    throw new UnsoundBackup(
      `${basename(file)} holds a database of ${kinds[manifest.database]}, and the settings name ${kinds[wanted]} (AERIE_DATABASE_URL).`,
    );
  await tryDatabase(basename(file), staged, manifest);
  requireKnownSchema(basename(file), manifest);
  const listed = new Set(manifest.files.map(({ path }) => path));
  for (const { path } of manifest.leftOut) if (listed.has(path)) await rm(join(staged, path), { force: true });
  // A backup without such files leaves none behind.
  for (const folder of replacedFolders) await mkdir(join(staged, folder), { recursive: true, mode: 0o700 });
  return manifest;
}

/** The names in a folder and all below it; the files were synced as they were written. */
async function syncFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) if (entry.isDirectory()) await syncFolders(join(folder, entry.name));
  await sync(folder);
}

async function isAnythingThere(data: string): Promise<boolean> {
  const found = await Promise.all([sqliteName, ...keptFolders].map(name => isThere(join(data, name))));
  return found.includes(true);
}

async function hasPostgres(databaseUrl: string | undefined): Promise<boolean> {
  return databaseUrl !== undefined && (await epochOfPostgres(databaseUrl)) !== undefined;
}

/** A backup of what is there, never to be thinned out; where none can be made of files, they are kept as they are. */
async function save({ config, version, now }: Restore): Promise<{ saved?: Made; because?: string }> {
  const { data, databaseUrl, backups } = config;
  if (databaseUrl ? !(await hasPostgres(databaseUrl)) : !hasSqlite(data)) return { because: 'there was no database' };
  try {
    return { saved: await makeBackup({ config, folder: backups, version, now, keep: true, isLocked: true }) };
  } catch (error) {
    const because = asSentence(error, backups).message;
    if (databaseUrl) throw new Error(`What is there now cannot be saved, and nothing was changed: ${because}`);
    return { because };
  }
}

/** @throws Error when the database is as it was before */
async function replaceDatabase(databaseUrl: string, data: string, renewal: Renewal): Promise<void> {
  try {
    await restoreDump(databaseUrl, join(data, stagedFolder, dumpName), renewal);
  } catch (error) {
    // The line may have been lost with the last word on it.
    if ((await epochOfPostgres(databaseUrl)) === renewal.epoch) return;
    await forgetJournal(data);
    throw new Error(`The database was not restored, and nothing was changed: ${(error as Error).message}`);
  }
}

/** Puts a key that was in the backup where Nester looks for it, or beside another one that is there. */
function putKey(config: Restore['config'], backup: string): string | undefined {
  const staged = join(config.data, stagedFolder, keyName);
  if (!existsSync(staged)) return undefined;
  const text = readFileSync(staged, 'utf8');
  const wanted = keyFileOf(config);
  return asOwner(wanted, () => {
    const present = existsSync(wanted) ? readFileSync(wanted, 'utf8') : undefined;
    if (present === text) return wanted;
    const target = present === undefined ? wanted : `${wanted}.of-${backup}`;
    writeFileSync(target, text, { mode: 0o600, flush: true });
    return target;
  });
}

async function freeAside(data: string, at: number): Promise<string> {
  const name = backupName(at).replace(/^aerie-(.*)\.tar\.gz$/, 'before-restore-$1');
  for (let n = 1; ; n++) {
    const path = n === 1 ? name : `${name}-${n}`;
    if (!(await isThere(join(data, path)))) return path;
  }
}
