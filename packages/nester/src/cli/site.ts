import type { CommandInput, Site } from '@aerie/contract';
import { type Command, InvalidArgumentError } from 'commander';
import { Failure } from './failure.ts';
import { readText } from './input.ts';
import { channelNamed, siteCoded } from './names.ts';
import { withDesk } from './run.ts';
import { say } from './say.ts';
import { withSettings } from './settings.ts';
import { readSiteList } from './site-list.ts';
import type { Desk } from './socket.ts';
import { table } from './table.ts';

type Place = Pick<CommandInput<'site.create'>, 'group' | 'zone' | 'latitude' | 'longitude'>;

/** `nester site …` */
export function addSiteCommands(program: Command): void {
  const site = program.command('site').description('sites: make, change, list, import');

  withSettings(
    withPlace(
      site.command('add <code> <name>').description('make a site, such as: nester site add KC "Kansas City"; the code in capital letters'),
    ),
    'usual',
  ).action(async (code: string, name: string, options: Place) => {
    await withDesk(options, { fresh: true }, desk => desk.call('site.create', { code, name, ...placeOf(options) }));
    say(`Made the site ${code}. Add its probe with "nester probe code --site ${code}".`);
  });

  withSettings(
    withPlace(
      site
        .command('set <code>')
        .description('change how a site is called and grouped, where it is, and where its incidents are told')
        .option('--name <name>')
        .option('--channel <channel>', 'where its incidents are told; none: in #supervision'),
    ),
    'usual',
  ).action(async (code: string, options: Place & { name?: string; channel?: string }) => {
    const { name, channel } = options;
    const change = { ...placeOf(options), ...(name === undefined ? {} : { name }) };
    if (Object.keys(change).length === 0 && channel === undefined)
      throw new Failure(`Say what to change of ${code}: "nester site set --help".`);
    const changed = await withDesk(options, {}, async desk => {
      const { siteId } = await siteCoded(desk, code);
      const told = channel === undefined ? {} : { channelId: channel === 'none' ? null : (await channelNamed(desk, channel)).channelId };
      return (await desk.call('site.update', { siteId, ...change, ...told })).site;
    });
    say(`Changed the site ${changed.code}.`);
  });

  withSettings(
    site
      .command('import <file>')
      .description('make or change the sites of a list (CSV with the columns code,name,group,zone,latitude,longitude)')
      .option('--dry-run', 'only report', false),
    'usual',
  ).action(async (file: string, options: { dryRun: boolean }) => {
    const list = readSiteList(await readText(file));
    const { made, changed } = await withDesk(options, { fresh: true }, desk => bringIn(desk, list, options.dryRun));
    say(`${options.dryRun ? 'Would make' : 'Made'} ${made}, ${options.dryRun ? 'would change' : 'changed'} ${changed}.`);
  });

  withSettings(site.command('list').description('list all sites, worst first').option('--json', 'one JSON array'), 'usual').action(
    async (options: { json?: boolean }) => {
      const { sites } = await withDesk(options, {}, desk => desk.call('site.list', {}));
      const isGrouped = sites.some(({ group }) => group !== '');
      const header = ['code', 'name', 'state', 'devices up', 'last contact', ...(isGrouped ? ['group'] : [])];
      const rows = sites.map(one => [...rowOf(one), ...(isGrouped ? [one.group] : [])]);
      process.stdout.write(options.json ? `${JSON.stringify(sites, null, 2)}\n` : table(header, rows));
    },
  );
}

function withPlace(command: Command): Command {
  return command
    .option('--group <group>', 'such as a division or a region')
    .option('--zone <zone>', 'its time zone, such as America/Chicago')
    .option('--latitude <degrees>', 'north of the equator; negative: south', degrees)
    .option('--longitude <degrees>', 'east of Greenwich; negative: west', degrees);
}

function degrees(typed: string): number {
  const number = Number(typed.replace(',', '.'));
  if (typed.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('Write a number, such as 39.05.');
  return number;
}

/** What of these was said. */
function placeOf({ group, zone, latitude, longitude }: Place): Place {
  return Object.fromEntries(Object.entries({ group, zone, latitude, longitude }).filter(([, value]) => value !== undefined));
}

async function bringIn(desk: Desk, list: ReturnType<typeof readSiteList>, dryRun: boolean): Promise<{ made: number; changed: number }> {
  const { sites } = await desk.call('site.list', {});
  const known = new Map(sites.map(one => [one.code, one]));
  let [made, changed] = [0, 0];
  for (const { line, code, fields } of list) {
    const site = known.get(code);
    if (site && Object.entries(fields).every(([field, value]) => site[field as keyof Site] === value)) continue;
    try {
      if (!dryRun && site) await desk.call('site.update', { siteId: site.siteId, ...fields });
      else if (!dryRun) await desk.call('site.create', { ...fields, code, name: fields.name! });
    } catch (error) {
      // Those before it stay: the same list again goes on from here.
      throw new Failure(`Line ${line}: ${(error as Error).message} Of the lines before it: made ${made}, changed ${changed}.`);
    }
    if (site) changed++;
    else made++;
  }
  return { made, changed };
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
    const { line, installs, command, running } = await withDesk(options, {}, async desk => {
      const { siteId } = await siteCoded(desk, options.site);
      return { ...(await desk.call('probe.code', { siteId })), running: desk.running };
    });
    process.stdout.write(`${line}\n`);
    if (installs) process.stderr.write(`Where a Harvester is installed already: sudo ${command}\n`);
    if (!running) process.stderr.write('Nester is not running: start it, then use the line within 24 hours.\n');
  });
}

function rowOf(site: Site): string[] {
  const { code, name, state, why, devicesUp, devicesKnown, lastContactAt } = site;
  const contact = lastContactAt === null ? 'never' : new Date(lastContactAt).toISOString();
  return [code, name, why === 'reporting' ? state : `${state} (${why.replaceAll('_', ' ')})`, `${devicesUp} of ${devicesKnown}`, contact];
}
