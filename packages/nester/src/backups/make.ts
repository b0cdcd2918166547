import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import { access, mkdir, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Config } from '../config.ts';
import { asOwner, keyFileOf } from '../secrets/key-file.ts';
import { lockFile } from '../store/folder-lock.ts';
import { dumpPostgres } from '../store/postgres-dump.ts';
import { type Holding, hasSqlite, inspectSqlite, snapshotSqlite } from '../store/snapshot.ts';
import { keptFiles, type LeaveOut, plainFile, waitingFiles } from './contents.ts';
import { sync } from './durable.ts';
import { refuseHalf } from './journal.ts';
import { dumpName, keyName, type Manifest, manifestName, sqliteName } from './manifest.ts';
import { backupName, momentOf, temporaryPrefix } from './names.ts';
import { checksumFile, checksumLine } from './reading.ts';
import { type TarSource, writeTar } from './tar.ts';
import { keepMark, thinned } from './thinning.ts';
import { verifyBackup } from './verify.ts';

/** Points of the work that tests stop at. */
export type MakingPoint = 'snapshot' | 'packed' | 'verified' | 'checksum in place' | 'in place';

export interface Making {
  config: Pick<Config, 'data' | 'databaseUrl' | 'secretKeyFile'>;
  /** The folder into which it goes; made if absent. */
  folder: string;
  version: string;
  now(): number;
  /** Whether the key that opens its secrets is put in. */
  withKey?: boolean;
  /** Whether it is never thinned out. */
  keep?: boolean;
  reached?: (point: MakingPoint) => void;
  /** Whoever restores has the data folder's lock already. */
  isLocked?: boolean;
}

export interface Made {
  name: string;
  file: string;
  bytes: number;
  manifest: Manifest;
}

/** Another program makes a backup there. */
export class BackupUnderWay extends Error {}

/**
 * Makes one backup, beside a Nester that runs or not: written under another name, down to the disk, read back and tried, and
 * only then given its name. Whatever fails or kills it, there is no half backup; what it leaves, the next one removes.
 * @param after is done with the backup in place, before another one may be made there
 */
export async function makeBackup(making: Making, after: (made: Made) => Promise<void> = async () => {}): Promise<Made> {
  const { config, folder } = making;
  if (!making.isLocked) await refuseHalf(config.data);
  if (!config.databaseUrl && !hasSqlite(config.data))
    throw new Error(`There is no data of Nester in ${config.data}. Name the right folder with --data.`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const releases: (() => void)[] = [];
  try {
    if (!making.isLocked) {
      releases.push(lockBackups(config.data));
      await refuseHalf(config.data);
    }
    if (folder !== config.data) releases.push(lockBackups(folder));
    await clear(folder);
    try {
      const made = await make(making);
      await after(made);
      return made;
    } finally {
      await clear(folder);
    }
  } finally {
    for (const release of releases) release();
  }
}

/**
 * Keeps others from making backups in a folder, or of a folder of data, until the answer is called.
 * @throws BackupUnderWay
 */
export function lockBackups(folder: string): () => void {
  const release = lockFile(join(folder, '.backup.lock'));
  if (!release) throw new BackupUnderWay(`Another backup, or a restore, is under way in ${folder}. Wait for its end.`);
  return release;
}

/** Removes what is not whole: files under names of the work, and checksums of nothing. */
async function clear(folder: string): Promise<void> {
  const names = await readdir(folder);
  const there = new Set(names);
  for (const name of names) {
    const about = /^(aerie-.*)\.(?:sha256|keep)$/.exec(name)?.[1];
    const isOrphan = about !== undefined && momentOf(about) !== undefined && !there.has(about);
    if (name.startsWith(temporaryPrefix) || isOrphan) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function make(making: Making): Promise<Made> {
  const { folder, now, reached = () => {} } = making;
  const at = await freeMoment(folder, now());
  const name = backupName(at);
  const part = join(folder, `${temporaryPrefix}${name}`);
  const sha256 = await write(making, at, part);
  await writeFile(checksumFile(part), checksumLine(sha256, name), { flag: 'wx', mode: 0o600, flush: true });
  reached('packed');
  const manifest = await verifyBackup(part, 'any schema');
  reached('verified');
  const file = join(folder, name);
  if (making.keep) await writeFile(join(folder, keepMark(name)), '', { mode: 0o600, flush: true });
  await rename(checksumFile(part), checksumFile(file));
  reached('checksum in place');
  await rename(part, file);
  await sync(folder);
  reached('in place');
  return { name, file, bytes: (await stat(file)).size, manifest };
}

/** The first second from a moment on that no backup of the folder has: nothing is ever written over. */
async function freeMoment(folder: string, from: number): Promise<number> {
  for (let at = from - (from % 1_000); ; at += 1_000) {
    const isTaken = await access(join(folder, backupName(at))).then(
      () => true,
      () => false,
    );
    if (!isTaken) return at;
  }
}

/** @returns the checksum of what it wrote */
async function write(making: Making, at: number, part: string): Promise<string> {
  const whole = createHash('sha256');
  await pipeline(
    writeTar(contents(making, at)),
    createGzip(),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        whole.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }),
  );
  return whole.digest('hex');
}

/**
 * All that goes into the archive, the manifest last, which knows what the rest was. Files that wait in the inbox are read
 * before the database: one that is taken up meanwhile is there twice, and taken up once, instead of not at all. What Nester
 * has put away is read after it, so that nothing is missing that the database speaks of.
 */
async function* contents({ config, folder, version, withKey, reached = () => {} }: Making, at: number): AsyncGenerator<TarSource> {
  const files: Manifest['files'] = [];
  const leftOut: Manifest['leftOut'] = [];
  const leaveOut: LeaveOut = (path, because) => leftOut.push({ path: path.toWellFormed(), because });
  const listed = async function* (sources: AsyncIterable<TarSource>): AsyncGenerator<TarSource> {
    for await (const source of sources) {
      const hash = createHash('sha256');
      const content = source.content;
      if (source.kind === 'folder' || !content) yield source;
      else {
        yield { ...source, content: hashed(content, chunk => hash.update(chunk)) };
        files.push({ path: source.path, bytes: source.bytes, sha256: hash.digest('hex') });
      }
    }
  };
  yield* listed(waitingFiles(config.data, leaveOut));
  const database = join(folder, `${temporaryPrefix}database`);
  const holding = await snapshot(config, database);
  reached('snapshot');
  yield* listed(plainFile(database, config.databaseUrl ? dumpName : sqliteName, 0o600));
  await unlink(database);
  yield* listed(keptFiles(config.data, leaveOut));
  if (withKey) yield* listed(keyFile(config, at));
  const manifest: Manifest = {
    v: 1,
    version,
    at: new Date(at).toISOString(),
    database: config.databaseUrl ? 'postgres' : 'sqlite',
    schema: holding.schema,
    head: { epoch: holding.epoch, seq: holding.seq },
    counts: holding.counts,
    files,
    leftOut,
  };
  const text = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
  yield { path: manifestName, kind: 'file', bytes: text.length, mode: 0o600, writtenAt: at, content: [text] };
}

/** It may be root's own, where root makes a backup of another user's data. */
async function* keyFile(config: Making['config'], at: number): AsyncGenerator<TarSource> {
  const bytes = asOwner(keyFileOf(config), () => readFileSync(keyFileOf(config)));
  yield { path: keyName, kind: 'file', bytes: bytes.length, mode: 0o600, writtenAt: at, content: [bytes] };
}

async function* hashed(content: AsyncIterable<Buffer> | Iterable<Buffer>, see: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    see(chunk);
    yield chunk;
  }
}

async function snapshot(config: Making['config'], into: string): Promise<Holding> {
  if (config.databaseUrl) return await dumpPostgres(config.databaseUrl, into);
  snapshotSqlite(config.data, into);
  return inspectSqlite(into);
}

/**
 * Removes the backups of a folder that are needed no more.
 * @returns their names
 */
export async function thin(folder: string): Promise<string[]> {
  const names = thinned(await readdir(folder));
  for (const name of names) {
    await rm(join(folder, name), { force: true });
    await rm(checksumFile(join(folder, name)), { force: true });
  }
  if (names.length > 0) await sync(folder);
  return names;
}
