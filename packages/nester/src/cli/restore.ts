import type { Command } from 'commander';
import { withSettings } from './settings.ts';

export interface RestoreOptions {
  yes: boolean;
  endSessions: boolean;
  config?: string;
  secretKeyFile?: string;
  databaseUrl?: string;
}

/** `nester restore` */
export function addRestoreCommand(program: Command): void {
  withSettings(
    program
      .command('restore <file>')
      .description('put a backup in the place of the present state, of which a backup is made first; Nester must be stopped')
      .option('--yes', 'do not ask', false)
      .option('--end-sessions', 'everybody has to log in again', false),
    'usual',
  ).action(async (file: string, options: RestoreOptions) => {
    // Loaded only here: the other commands need nothing of it and answer sooner.
    const { runRestore } = await import('./restore-run.ts');
    await runRestore(file, options);
  });
}
