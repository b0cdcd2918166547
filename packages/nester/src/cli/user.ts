import { type CommandInput, type Role, roles, type UserRecord } from '@aerie/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { allUsers } from '../exports/pages.ts';
import { Failure } from './failure.ts';
import { passwordFromStdin, readText } from './input.ts';
import { userNamed } from './names.ts';
import { withDesk } from './run.ts';
import { moment, printJson, say } from './say.ts';
import { withSettings } from './settings.ts';
import { table } from './table.ts';
import { addModerationCommands } from './user-moderation.ts';

/** `nester user …` */
export function addUserCommands(program: Command): void {
  const user = program.command('user').description('accounts: make, invite, list, close, change, put out, import');
  const roleOption = () => new Option('--role <role>', 'what the account may do').choices(roles);

  withSettings(
    user
      .command('add <name>')
      .description('make an account')
      .addOption(roleOption().default('member'))
      .requiredOption('--password-stdin', 'read the password from standard input'),
    'usual',
  ).action(async (name: string, options: { role: Role }) => {
    const password = await passwordFromStdin();
    await withDesk(options, { fresh: true }, desk => desk.call('user.create', { name, password, role: options.role }));
    say(`Made the account ${name} (${options.role}).`);
  });

  withSettings(user.command('list').description('list all accounts').option('--json', 'one JSON array'), 'usual').action(
    async (options: { json?: boolean }) => {
      const users: UserRecord[] = [];
      await withDesk(options, {}, async desk => {
        for await (const one of allUsers(desk.call)) users.push(one);
      });
      if (options.json) printJson(users);
      else
        process.stdout.write(
          table(
            ['name', 'role', 'state', 'last seen'],
            users.map(user => rowOf(user, Date.now())),
          ),
        );
    },
  );

  withSettings(user.command('disable <name>').description('close an account: nobody can log in with it, its sessions end'), 'usual').action(
    async (name: string, options) => {
      await change(options, name, 'user.disable', userId => ({ userId }));
      say(`Closed the account ${name}.`);
    },
  );

  withSettings(user.command('enable <name>').description('open a closed account again'), 'usual').action(async (name: string, options) => {
    await change(options, name, 'user.enable', userId => ({ userId }));
    say(`Opened the account ${name}.`);
  });

  withSettings(user.command('role <name> <role>').description(`give an account another role: ${roles.join(', ')}`), 'usual').action(
    async (name: string, typed: string, options) => {
      const role = roles.find(one => one === typed);
      if (!role) user.error(`there is no role "${typed}": write ${roles.join(', ')}`);
      else await change(options, name, 'user.setRole', userId => ({ userId, role }));
      say(`${name} is ${typed} now.`);
    },
  );

  withSettings(
    user
      .command('password <name>')
      .description('set a password; the sessions of the account end')
      .requiredOption('--password-stdin', 'read the password from standard input'),
    'usual',
  ).action(async (name: string, options) => {
    const password = await passwordFromStdin();
    await change(options, name, 'user.setPassword', userId => ({ userId, password }));
    say(`Set the password of ${name}.`);
  });

  withSettings(user.command('end-sessions <name>').description('log somebody out everywhere; they may log in again'), 'usual').action(
    async (name: string, options) => {
      await change(options, name, 'user.endSessions', userId => ({ userId }));
      say(`Ended the sessions of ${name}.`);
    },
  );

  addModerationCommands(user);

  withSettings(
    user
      .command('invite [name]')
      .description('make a link with which one person makes an account; with a name, the account of that name')
      .addOption(roleOption().default('member'))
      .addOption(new Option('--days <n>', 'how long the link is good').argParser(days).default(7)),
    'usual',
  ).action(async (name: string | undefined, options: { role: Role; days: number }) => {
    const { link, running } = await withDesk({ ...options }, { fresh: true }, async desk => ({
      ...(await desk.call('invitation.create', { role: options.role, days: options.days, ...(name === undefined ? {} : { name }) })),
      running: desk.running,
    }));
    process.stdout.write(`${link}\n`);
    if (!running) say('Nester is not running: start it before the link is opened.');
  });

  withSettings(
    user
      .command('import <file>')
      .description('invite a class list (CSV with a column name, nom or utilisateur, and optionally role); prints a link a person')
      .option('--dry-run', 'only report', false)
      .addOption(roleOption().default('member', 'member: of those without one in the list')),
    'usual',
  ).action(async (file: string, options: { dryRun: boolean; role: Role }) => {
    const csv = await readText(file);
    if (csv.length > 60_000) throw new Failure(`${file} is too long for one import: split it into files of at most 1000 lines.`);
    const { invited, refused } = await withDesk(options, { fresh: true }, desk =>
      desk.call('user.import', { csv, role: options.role, dryRun: options.dryRun }),
    );
    process.stdout.write(
      table(
        ['name', 'role', 'link'],
        invited.map(one => [one.name, one.role, one.link]),
      ),
    );
    for (const { line, name, reason } of refused) process.stderr.write(`line ${line}: ${JSON.stringify(name)}: ${reason}\n`);
    say(`${options.dryRun ? 'Would invite' : 'Invited'} ${invited.length}, refused ${refused.length}.`);
    if (invited.length === 0 && refused.length > 0) throw new Failure('Nobody in the list could be invited.');
  });
}

type OfOneUser = 'user.disable' | 'user.enable' | 'user.setRole' | 'user.setPassword' | 'user.endSessions';

async function change<K extends OfOneUser>(
  options: Record<string, unknown>,
  name: string,
  command: K,
  input: (userId: string) => CommandInput<K>,
): Promise<void> {
  await withDesk(options, {}, async desk => desk.call(command, input((await userNamed(desk, name)).userId)));
}

function rowOf(user: UserRecord, now: number): string[] {
  return [user.name, user.role, stateOf(user, now), moment(user.lastSeenAt, 'never')];
}

function stateOf({ kind, disabled, bannedUntil = 0, mutedUntil = 0 }: UserRecord, now: number): string {
  if (kind === 'bot') return 'bot';
  if (disabled) return 'closed';
  if (bannedUntil > now) return `banned until ${moment(bannedUntil)}`;
  return mutedUntil > now ? `muted until ${moment(mutedUntil)}` : 'open';
}

function days(typed: string): number {
  if (!/^\d{1,2}$/.test(typed) || Number(typed) < 1 || Number(typed) > 90) throw new InvalidArgumentError('write days from 1 to 90.');
  return Number(typed);
}
