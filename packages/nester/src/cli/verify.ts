import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { becomeOwner } from '../owner.ts';
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
    const { requireFile } = await import('../backups/reading.ts');
    const { sayHolding } = await import('./holding.ts');
    const file = named ?? (await newestIn(configOf({ ...options }).backups));
    requireFile(file);
    // What is unpacked lies in that folder: there root is whoever it belongs to. As it is now, whatever a link is made of it later.
    const folder = realpathSync(dirname(file));
    const back = becomeOwner(folder);
    const manifest = await verifyBackup(join(folder, basename(file))).finally(back);
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
