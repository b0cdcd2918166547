import { type Role, roles } from '@aerie/contract';
import { type Command, Option } from 'commander';
import { allUsers } from '../exports/pages.ts';
import { type ChannelRecord, channelNamed, userNamed } from './names.ts';
import { withDesk } from './run.ts';
import { printJson, say } from './say.ts';
import { withSettings } from './settings.ts';
import type { Desk } from './socket.ts';
import { table } from './table.ts';

interface NewChannel {
  private: boolean;
  topic?: string;
  minRole: Role;
  postRole: Role;
}

/** `nester channel …` */
export function addChannelCommands(program: Command): void {
  const channel = program.command('channel').description('channels: make, list, archive, members');

  withSettings(
    channel.command('list').description('list all channels but direct ones, archived ones too').option('--json', 'one JSON array'),
    'usual',
  ).action(async (options: { json?: boolean }) => {
    const { channels } = await withDesk(options, {}, desk => desk.call('channel.list', {}));
    if (options.json) printJson(channels);
    else process.stdout.write(table(['name', 'kind', 'members', 'seen by', 'written by', 'topic'], channels.map(rowOf)));
  });

  withSettings(
    channel
      .command('create <name>')
      .description('make a channel')
      .option('--private', 'only for those who are brought in', false)
      .option('--topic <words>', 'what it is about')
      .addOption(new Option('--min-role <role>', 'the least role that may belong to it').choices(roles).default('viewer'))
      .addOption(new Option('--post-role <role>', 'the least role that may write in it').choices(roles).default('member')),
    'usual',
  ).action(async (name: string, options: NewChannel) => {
    const { topic, minRole, postRole } = options;
    const kind = options.private ? 'private' : 'public';
    await withDesk({ ...options }, {}, desk => desk.call('channel.create', { name, kind, topic, minRole, postRole }));
    say(`Made the ${kind} channel #${name.replace(/^#/, '')}.`);
  });

  withSettings(channel.command('topic <name> <words>').description('say what a channel is about; "" for nothing'), 'usual').action(
    async (name: string, topic: string, options) => {
      await toChannel(options, name, (desk, { channelId }) => desk.call('channel.update', { channelId, topic }));
      say(`Set the topic of ${name}.`);
    },
  );

  for (const [word, archived, says] of [
    ['archive', true, 'close a channel to new messages; it can be read on'],
    ['unarchive', false, 'open an archived channel again'],
  ] as const) {
    withSettings(channel.command(`${word} <name>`).description(says), 'usual').action(async (name: string, options) => {
      await toChannel(options, name, (desk, { channelId }) => desk.call('channel.update', { channelId, archived }));
      say(archived ? `Archived ${name}.` : `Opened ${name} again.`);
    });
  }

  withSettings(
    channel.command('members <name>').description('list who belongs to a channel').option('--json', 'one JSON array'),
    'usual',
  ).action(async (name: string, options: { json?: boolean }) => {
    const members = await toChannel(options, name, async (desk, { channelId }) => {
      const ids = new Set((await desk.call('channel.members', { channelId })).userIds);
      const found: { userId: string; name: string; role: Role }[] = [];
      for await (const user of allUsers(desk.call))
        if (ids.has(user.userId)) found.push({ userId: user.userId, name: user.name, role: user.role });
      return found;
    });
    if (options.json) printJson(members);
    else
      process.stdout.write(
        table(
          ['name', 'role'],
          members.map(one => [one.name, one.role]),
        ),
      );
  });

  withSettings(channel.command('add <name> <user>').description('bring somebody into a channel'), 'usual').action(
    async (name: string, who: string, options) => {
      await toChannel(options, name, async (desk, { channelId }) =>
        desk.call('member.add', { channelId, userId: (await userNamed(desk, who)).userId }),
      );
      say(`${who} belongs to ${name} now.`);
    },
  );

  withSettings(channel.command('remove <name> <user>').description('take somebody out of a channel'), 'usual').action(
    async (name: string, who: string, options) => {
      await toChannel(options, name, async (desk, { channelId }) =>
        desk.call('member.remove', { channelId, userId: (await userNamed(desk, who)).userId }),
      );
      say(`${who} no longer belongs to ${name}.`);
    },
  );
}

async function toChannel<T>(options: object, name: string, act: (desk: Desk, channel: ChannelRecord) => Promise<T>): Promise<T> {
  return await withDesk({ ...options }, {}, async desk => act(desk, await channelNamed(desk, name)));
}

function rowOf({ name, kind, members, minRole, postRole, topic, archived }: ChannelRecord): string[] {
  return [`#${name}`, archived ? `${kind}, archived` : kind, String(members), minRole, postRole, topic];
}
