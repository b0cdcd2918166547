import type { Site } from '@aerie/contract';
import type { Command } from 'commander';
import { siteCoded } from './names.ts';
import { withDesk } from './run.ts';
import { withSettings } from './settings.ts';
import { table } from './table.ts';

/** `nester site …` */
export function addSiteCommands(program: Command): void {
  const site = program.command('site').description('sites: make, list');

  withSettings(
    site.command('add <code> <name>').description('make a site, such as: nester site add KC "Kansas City"; the code in capital letters'),
    'usual',
  ).action(async (code: string, name: string, options) => {
    await withDesk(options, { fresh: true }, desk => desk.call('site.create', { code, name }));
    process.stderr.write(`Made the site ${code}. Add its probe with "nester probe code --site ${code}".\n`);
  });

  withSettings(site.command('list').description('list all sites, worst first').option('--json', 'one JSON array'), 'usual').action(
    async (options: { json?: boolean }) => {
      const { sites } = await withDesk(options, {}, desk => desk.call('site.list', {}));
      process.stdout.write(
        options.json
          ? `${JSON.stringify(sites, null, 2)}\n`
          : table(['code', 'name', 'state', 'devices up', 'last contact'], sites.map(rowOf)),
      );
    },
  );
}

/** `nester probe …` */
export function addProbeCommands(program: Command): void {
  const probe = program.command('probe').description('probes of sites');
  withSettings(
    probe
      .command('code')
      .description('make a one-time code (24 hours) and print the line to paste on the machine of the probe')
      .requiredOption('--site <code>', 'the site that the probe joins'),
    'usual',
  ).action(async (options: { site: string }) => {
    const { line, running } = await withDesk(options, {}, async desk => {
      const { siteId } = await siteCoded(desk, options.site);
      return { ...(await desk.call('probe.code', { siteId })), running: desk.running };
    });
    process.stdout.write(`${line}\n`);
    if (!running) process.stderr.write('Nester is not running: start it, then use the line within 24 hours.\n');
  });
}

function rowOf(site: Site): string[] {
  const { code, name, state, why, devicesUp, devicesKnown, lastContactAt } = site;
  const contact = lastContactAt === null ? 'never' : new Date(lastContactAt).toISOString();
  return [code, name, state === 'up' ? state : `${state} (${why.replaceAll('_', ' ')})`, `${devicesUp} of ${devicesKnown}`, contact];
}
