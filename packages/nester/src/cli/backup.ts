import type { Command } from 'commander';
import { withSettings } from './settings.ts';

export interface BackupOptions {
  out?: string;
  copy?: string;
  thin: boolean;
  keep: boolean;
  withKey: boolean;
  json?: boolean;
}

/** `nester backup` */
export function addBackupCommand(program: Command): void {
  withSettings(
    program
      .command('backup')
      .description('make a backup of the database and the files, beside a Nester that runs; verify it, and thin out the older ones')
      .option('--out <folder>', 'where it goes (default: the setting --backups)')
      .option('--copy <user@host:folder>', 'send a copy there, over SSH (default: the setting --backup-copy)')
      .option('--no-thin', 'remove no older ones')
      .option('--keep', 'mark it with a .keep file beside it: it is never thinned out', false)
      .option('--with-key', 'put the key that opens the secrets in: whoever has the backup has them too', false)
      .option('--json', 'what was done, as JSON'),
    'usual',
  ).action(async (options: BackupOptions) => {
    // Loaded only here: the other commands need nothing of it and answer sooner.
    const { runBackup } = await import('./backup-run.ts');
    await runBackup(options);
  });
}
