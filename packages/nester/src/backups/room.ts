import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backup, BackupAttempt, backupCommands as specs } from '@aerie/contract';
import type { Config } from '../config.ts';
import type { Handlers } from '../context.ts';
import type { Log } from '../log.ts';
import { momentOf } from './names.ts';

export interface BackupParts {
  config: Pick<Config, 'backups' | 'backupLateHours' | 'backupCopy'>;
  log: Log;
}

/** Looks after whether backups come. They are made by another program. */
export interface Backups {
  readonly commands: Handlers<keyof typeof specs>;
}

export function openBackups({ config, log }: BackupParts): Backups {
  let last: BackupAttempt | null = null;
  return {
    commands: {
      async 'backup.show'(ctx) {
        const backups = await listBackups(config.backups);
        const lateAfterHours = config.backupLateHours;
        const age = ctx.now() - (backups[0]?.at ?? 0);
        const late = lateAfterHours > 0 && age > lateAfterHours * 3_600_000;
        return { folder: config.backups, backups, last, lateAfterHours, late, copiesTo: config.backupCopy ?? null };
      },
      'backup.record'(_ctx, attempt) {
        last = attempt;
        const { problem, ...fields } = attempt;
        if (problem === null) log.info('BACKUP', 'A backup was made', fields);
        else log.error('BACKUP', 'A backup failed', { ...fields, problem });
        return {};
      },
    },
  };
}

/** The backups in a folder, newest first; none where there is no such folder. */
async function listBackups(folder: string): Promise<Backup[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found = names.flatMap(name => {
    const at = momentOf(name);
    return at === undefined ? [] : [{ name, at }];
  });
  const sized = await Promise.all(found.map(async one => ({ ...one, bytes: (await stat(join(folder, one.name))).size })));
  return sized.sort((a, b) => b.at - a.at);
}
