import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Failure } from './failure.ts';
import { printJson, say } from './say.ts';
import { configOf, withSettings } from './settings.ts';

/** `nester verify` */
export function addVerifyCommand(program: Command): void {
  withSettings(
    program
      .command('verify [file]')
      .description('read a backup through and try its database, as a restore would; say what it holds (default: the newest one)')
      .option('--json', 'what it holds, as JSON'),
    'usual',
  ).action(async (named: string | undefined, options: { json?: boolean }) => {
    // Loaded only here: the other commands need nothing of it and answer sooner.
    const { verifyBackup } = await import('../backups/verify.ts');
    const { sayHolding } = await import('./holding.ts');
    const file = named ?? (await newestIn(configOf({ ...options }).backups));
    const manifest = await verifyBackup(file);
    const { size } = statSync(file);
    if (options.json) return printJson({ file, ...manifest, bytes: size });
    say(`${file} is sound.`);
    sayHolding(manifest, size);
  });
}

async function newestIn(folder: string): Promise<string> {
  const { listBackups } = await import('../backups/folder.ts');
  const [newest] = await listBackups(folder);
  if (!newest) throw new Failure(`There is no backup in ${folder}. Name a file, or the right folder with --backups.`);
  return join(folder, newest.name);
}
