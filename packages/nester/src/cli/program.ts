import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import type { Version } from '../version.ts';
import { addAuditCommand } from './audit.ts';
import { addBackupCommand } from './backup.ts';
import { addBanCommands } from './ban.ts';
import { addChannelCommands } from './channel.ts';
import { addConnectionCommands } from './connections.ts';
import { addDoctorCommand } from './doctor.ts';
import { addExportCommand } from './export.ts';
import { oneLine } from './failure.ts';
import { addImportCommands } from './import.ts';
import { addRestoreCommand } from './restore.ts';
import { addSecretCommands } from './secret.ts';
import { settingsOf, withSettings } from './settings.ts';
import { addSetupLinkCommand } from './setup-link.ts';
import { addSettingsCommand } from './show-settings.ts';
import { addProbeCommands, addSiteCommands } from './site.ts';
import { addUserCommands } from './user.ts';
import { addVerifyCommand } from './verify.ts';

/** Exit codes of the program. */
const failed = 1;
const usedWrongly = 2;

/** The command `nester` with all its subcommands. */
export function nesterProgram({ version, date, commit }: Version): Command {
  const program = new Command('nester')
    .description('The centre of Aerie: Classcord and Seahawks Nester.')
    .version([version, date, commit].filter(Boolean).join(' '))
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`nester: ${usageError(text)}\n`) });

  withSettings(
    program
      .command('serve')
      .description('run Nester until it is told to stop')
      .option('--lan', 'listen on the network with a self-signed certificate', false),
    'all',
  ).action(async (options: { lan: boolean }) => {
    const { flags, configFile } = settingsOf({ ...options });
    // Loaded only here: the other commands need little of it and answer sooner.
    const { serve } = await import('./serve.ts');
    await serve(flags, { lan: options.lan, configFile });
  });
  addUserCommands(program);
  addChannelCommands(program);
  addConnectionCommands(program);
  addBanCommands(program);
  addAuditCommand(program);
  addSettingsCommand(program);
  addSiteCommands(program);
  addProbeCommands(program);
  addSetupLinkCommand(program);
  addSecretCommands(program);
  addExportCommand(program);
  addImportCommands(program);
  addBackupCommand(program);
  addVerifyCommand(program);
  addRestoreCommand(program);
  addDoctorCommand(program);
  return program;
}

/** Commander's sentence, with the mend where it has none. */
function usageError(text: string): string {
  const sentence = oneLine(text).replace(/^error: /, '');
  return /^unknown (command|option) \S+$/.test(sentence) ? `${sentence} (--help shows what there is)` : sentence;
}

/**
 * Runs one command line and answers its exit code: 0 done, 1 failed, 2 wrong usage.
 * An error is one line on stderr, never a stack trace.
 */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed its own; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usedWrongly;
    process.stderr.write(`nester: ${oneLine(error)}\n`);
    return error instanceof ConfigError ? usedWrongly : failed;
  }
}
