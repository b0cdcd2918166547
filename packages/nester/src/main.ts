import { Command } from 'commander';
import { serve } from './cli/serve.ts';
import { readVersion } from './version.ts';

const { version, date, commit } = readVersion();
const program = new Command('nester')
  .description('The centre of Aerie: Classcord and Seahawks Nester')
  .version([version, date, commit].filter(Boolean).join(' '));

program
  .command('serve')
  .description('run Nester until it is told to stop')
  .option('--lan', 'listen on the network with a self-signed certificate', false)
  .option('--config <file>', 'a TOML file of settings')
  .option('--data <folder>')
  .option('--http <host:port>')
  .option('--tcp <host:port>')
  .action(async ({ lan, config, ...flags }) => await serve(flags, { lan, configFile: config }));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`nester: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
