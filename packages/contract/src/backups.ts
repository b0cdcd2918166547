import * as z from 'zod';
import { empty, time } from './fields.ts';
import { command } from './spec.ts';

const backup = z.strictObject({
  name: z.string().describe('of the file'),
  at: time.describe('the moment whose state it holds'),
  bytes: z.int().min(0),
  kept: z.boolean().describe('for good: it is never thinned out'),
});
/** A backup as it lies in its folder. */
export type Backup = z.infer<typeof backup>;

const attempt = z.strictObject({
  at: time.describe('when it was begun'),
  name: z.string().nullable().describe('of the file, which is there once it was verified; null: there is none'),
  seconds: z.number().min(0).describe('how long it took, its verification included'),
  problem: z.string().max(500).nullable().describe('what went wrong; null: nothing. With a name, only its copy elsewhere did'),
  copied: z.boolean().nullable().describe('whether the copy elsewhere was made; null: none is asked for'),
});
/** One run of the program that makes backups. */
export type BackupAttempt = z.infer<typeof attempt>;

/** Backups are made by a program of their own (`nester backup`), which a timer starts; Nester looks after whether they come. */
export const backupCommands = {
  'backup.show': command({
    summary: 'The backups there are, the last attempt, and whether the newest is older than it should be.',
    role: 'admin',
    reads: true,
    input: empty,
    output: z.strictObject({
      folder: z.string(),
      backups: z.array(backup).describe('newest first'),
      last: attempt.nullable().describe('the last attempt that this database knows of'),
      lateAfterHours: z.int().min(0).describe('0: nobody is told'),
      late: z.boolean(),
      copiesTo: z.string().nullable(),
    }),
  }),
  'backup.record': command({
    summary: 'Tell the running Nester how making a backup went.',
    role: 'local',
    input: attempt,
    output: empty,
  }),
};
