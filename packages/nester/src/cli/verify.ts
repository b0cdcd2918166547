import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { printJson, say } from './say.ts';

/** `nester verify` */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify <file>')
    .description('read a backup through and try its database, as a restore would; say what it holds')
    .option('--json', 'what it holds, as JSON')
    .action(async (file: string, options: { json?: boolean }) => {
      // Loaded only here: the other commands need nothing of it and answer sooner.
      const { verifyBackup } = await import('../backups/verify.ts');
      const { sayHolding } = await import('./holding.ts');
      const manifest = await verifyBackup(file);
      const { size } = statSync(file);
      if (options.json) return printJson({ ...manifest, bytes: size });
      say(`${file} is sound.`);
      sayHolding(manifest, size);
    });
}
