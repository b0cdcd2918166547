import * as z from 'zod';

/** Names in an archive, besides those of the folders. */
export const manifestName = 'manifest.json';
export const sqliteName = 'nester.db';
export const dumpName = 'database.dump';
export const keyName = 'secret.key';
/** Folders of the data folder that a backup holds too. */
export const keptFolders = ['inbox', 'quarantine', 'files'] as const;

/** What is refused when an archive is read: no backup of ours has as much. */
export const mostFiles = 1_000_000;
export const manifestBytes = 256 * 1024 * 1024;

const whole = z.int().min(0);

const schema = z.object({
  v: z.literal(1),
  /** Of the program that made it. */
  version: z.string().regex(/^[\w.+-]{1,64}$/),
  /** The moment at which it was begun; all that was acknowledged before is in it. ISO 8601, UTC. */
  at: z.iso.datetime(),
  database: z.enum(['sqlite', 'postgres']),
  /** The newest migration that the database has had. */
  schema: z.string().regex(/^[\w.-]{1,100}$/),
  head: z.object({ epoch: z.string().max(64), seq: whole }),
  counts: z.object({ users: whole, messages: whole, devices: whole, incidents: whole }),
  /** Every file of the archive but this one. */
  files: z.array(z.object({ path: z.string(), bytes: whole, sha256: z.string().regex(/^[0-9a-f]{64}$/) })).max(mostFiles),
  /** What could not be read as a whole: it was being written, or is no plain file. A restore leaves it out too. */
  leftOut: z.array(z.object({ path: z.string(), because: z.string().max(200) })),
});

/** What a backup says of itself: the last file of its archive. */
export type Manifest = z.output<typeof schema>;

/** @returns undefined when it is none */
export function readManifest(text: string): Manifest | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
