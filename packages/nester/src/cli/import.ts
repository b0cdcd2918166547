import { type Command, Option } from 'commander';
import type { ImportOptions } from './import-classcord.ts';
import type { ReportImportOptions } from './import-reports.ts';
import { withSettings } from './settings.ts';

/** `nester import …` */
export function addImportCommands(program: Command): void {
  const command = program.command('import').description('bring in what other servers knew');
  withSettings(
    command
      .command('classcord <file...>')
      .description('accounts and messages of a Python Classcord server: its users.pkl or classcord.db; try it with --dry-run first')
      .option('--dry-run', 'only report', false)
      .option('--zone <zone>', 'where the server ran, such as Europe/Paris, for times without a zone (default: that of this machine)')
      .addOption(new Option('--language <language>', 'of the accounts').choices(['en', 'fr']).default('fr'))
      .option('--json', 'the report as JSON, with every row'),
    'usual',
  ).action(async (files: string[], options: ImportOptions) => {
    // Loaded only here: the other commands need nothing of it and answer sooner.
    const { importClasscord } = await import('./import-classcord.ts');
    await importClasscord(files, options);
  });
  withSettings(
    command
      .command('reports <file...>')
      .description("report files of other programs and of Harvesters, and nmap's XML (-oX); try it with --dry-run first")
      .option('--site <code>', 'the site that they are of (default: the one that each speaks of)')
      .option('--dry-run', 'only say what would be', false)
      .option('--json', 'what becomes of each, as JSON'),
    'usual',
  ).action(async (files: string[], options: ReportImportOptions) => {
    const { importReports } = await import('./import-reports.ts');
    await importReports(files, options);
  });
}
