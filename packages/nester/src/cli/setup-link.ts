import type { Command } from 'commander';
import { withDesk } from './run.ts';
import { withSettings } from './settings.ts';

/** `nester setup-link` */
export function addSetupLinkCommand(program: Command): void {
  withSettings(
    program
      .command('setup-link')
      .description('make a new set-up link, which makes an administrator: one use, 30 minutes; the ones before it stop working'),
    'usual',
  ).action(async options => {
    const { link, running } = await withDesk(options, { fresh: true }, async desk => ({
      ...(await desk.call('setup.renew', {})),
      running: desk.running,
    }));
    process.stdout.write(`${link}\n`);
    if (!running) process.stderr.write('Nester is not running: start it, then open the link within 30 minutes.\n');
  });
}
