import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { migrationNames } from '../store/migrate.ts';
import { inspectDump } from '../store/postgres-dump.ts';
import { DatabaseFault, type Holding, inspectSqlite } from '../store/snapshot.ts';
import { dumpName, type Manifest, sqliteName } from './manifest.ts';
import { temporaryPrefix } from './names.ts';
import { readBackup, UnsoundBackup } from './reading.ts';

/**
 * Reads a backup through and tries its database, as a restore would. Changes nothing; the database is unpacked beside the
 * backup, or in the system's folder for such things where that may not be written to, and removed again.
 * @param schemas `any schema`: it only has to be sound, and may come from a newer Nester
 * @throws UnsoundBackup
 */
export async function verifyBackup(file: string, schemas?: 'any schema'): Promise<Manifest> {
  const scratch = await scratchBeside(file);
  try {
    const manifest = await readBackup(file, { into: scratch, wanted: ({ path }) => path === sqliteName || path === dumpName });
    await tryDatabase(basename(file), scratch, manifest);
    if (!schemas) requireKnownSchema(basename(file), manifest);
    return manifest;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function scratchBeside(file: string): Promise<string> {
  const name = `${temporaryPrefix}verify-`;
  try {
    return await mkdtemp(join(dirname(file), name));
  } catch {
    return await mkdtemp(join(tmpdir(), name));
  }
}

/**
 * Tries the unpacked database of a backup.
 * @param name what the backup is called in what is said
 * @throws UnsoundBackup
 */
export async function tryDatabase(name: string, folder: string, manifest: Manifest): Promise<void> {
  const holding = await holdingOf(name, folder, manifest);
  const { schema, head, counts } = manifest;
  const isWhatItSays =
    holding.schema === schema &&
    holding.epoch === head.epoch &&
    holding.seq === head.seq &&
    Object.entries(counts).every(([what, count]) => holding.counts[what as keyof typeof counts] === count);
  if (!isWhatItSays) throw new UnsoundBackup(`${name} has a database that holds something else than its manifest says.`);
}

/** @throws UnsoundBackup when a newer Nester made it, whose database this one would not know how to read */
export function requireKnownSchema(name: string, { schema, version }: Manifest): void {
  if (!migrationNames.includes(schema))
    throw new UnsoundBackup(`${name} comes from a newer Nester (${version}, schema ${schema}): install that version, then try again.`);
}

async function holdingOf(name: string, folder: string, { database, files }: Manifest): Promise<Holding> {
  const wanted = database === 'sqlite' ? sqliteName : dumpName;
  if (!files.some(({ path }) => path === wanted)) throw new UnsoundBackup(`${name} holds no database.`);
  try {
    return database === 'sqlite' ? inspectSqlite(join(folder, sqliteName)) : await inspectDump(join(folder, dumpName));
  } catch (error) {
    if (error instanceof DatabaseFault) throw new UnsoundBackup(`${name} is unsound: ${error.message}.`);
    throw error;
  }
}
