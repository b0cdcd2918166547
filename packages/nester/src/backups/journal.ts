import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { sync } from './durable.ts';

/** In the folder of data: what is about to be put in place. */
export const stagedFolder = '.restore';
const journalName = 'journal.json';

const schema = z.strictObject({
  v: z.literal(1),
  /** The backup's name. */
  backup: z.string(),
  /** `database`: PostgreSQL may have it or not, its epoch says. `files`: what is staged is moved into its place. */
  phase: z.enum(['database', 'files']),
  epoch: z.string(),
  /** The folder, in that of data, into which the present state goes. */
  aside: z.string().regex(/^before-restore-[\dTZ-]+$/),
  /** Whether that is needed no more in the end, since a backup of it was made. */
  isSaved: z.boolean(),
});

/**
 * What a restore has decided. As long as there is none, nothing has been replaced; once there is one, the restore is
 * carried to its end, by whoever comes next if need be.
 */
export type Journal = z.output<typeof schema>;

const pathOf = (data: string) => join(data, stagedFolder, journalName);

/**
 * @returns undefined when no restore is on its way
 * @throws Error when there is one that cannot be read
 */
export async function readJournal(data: string): Promise<Journal | undefined> {
  let text: string;
  try {
    text = await readFile(pathOf(data), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new Error(
      `${pathOf(data)} cannot be read: a restore was cut off, by a newer version or on a damaged disk. Finish it with that version, or move ${join(data, stagedFolder)} away and restore again.`,
    );
  }
}

/** From here on, until it is forgotten, the journal stands as it is, whatever ends this process. */
export async function writeJournal(data: string, journal: Journal): Promise<void> {
  const path = pathOf(data);
  await writeFile(`${path}.new`, `${JSON.stringify(journal)}\n`, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
  await sync(join(data, stagedFolder));
  await sync(data);
}

/** Forgets the journal, then removes what was staged with it. */
export async function forgetJournal(data: string): Promise<void> {
  const folder = join(data, stagedFolder);
  await rm(pathOf(data), { force: true });
  await sync(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rm(folder, { recursive: true, force: true });
}

/** @throws Error when a restore was cut off: what lies there is neither the old state nor the new one */
export async function refuseHalf(data: string): Promise<void> {
  const journal = await readJournal(data);
  if (journal) throw new Error(`A restore of ${journal.backup} was cut off. Start Nester, which finishes it, or restore again.`);
}
