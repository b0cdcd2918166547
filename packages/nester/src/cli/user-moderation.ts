import type { Command } from 'commander';
import { Failure } from './failure.ts';
import { userNamed } from './names.ts';
import { withDesk } from './run.ts';
import { withMinutes, withReason } from './sanction-options.ts';
import { moment, say } from './say.ts';
import { withSettings } from './settings.ts';
import type { Desk } from './socket.ts';

interface SanctionOptions {
  minutes: number;
  reason?: string;
}

/** `nester user kick|mute|unmute|ban|unban` */
export function addModerationCommands(user: Command): void {
  const kick = user.command('kick <name>').description('put somebody out: their sessions end; they may log in again');
  withSettings(withReason(kick), 'usual').action(async (name: string, options: SanctionOptions) => {
    await toUser(options, name, (desk, userId) => desk.call('user.kick', { userId, reason: options.reason }));
    say(`Put ${name} out.`);
  });

  const mute = user.command('mute <name>').description('for a time, let somebody read but not write');
  withSettings(withReason(withMinutes(mute)), 'usual').action(async (name: string, options: SanctionOptions) => {
    const { minutes, reason } = options;
    const { until } = await toUser(options, name, (desk, userId) => desk.call('user.mute', { userId, minutes, reason }));
    say(`${name} may read, not write, until ${moment(until)}.`);
  });

  withSettings(user.command('unmute <name>').description('let somebody write again'), 'usual').action(async (name: string, options) => {
    await toUser(options, name, (desk, userId) => desk.call('user.unmute', { userId }));
    say(`${name} may write again.`);
  });

  const ban = user.command('ban <name>').description('for a time, let somebody no longer in: their sessions end now, on every door');
  withSettings(withReason(withMinutes(ban)), 'usual').action(async (name: string, options: SanctionOptions) => {
    const { minutes, reason } = options;
    const { until } = await toUser(options, name, (desk, userId) => desk.call('user.ban', { userId, minutes, reason }));
    say(`${name} may not come in until ${moment(until)}.`);
  });

  withSettings(user.command('unban <name>').description('let somebody in again'), 'usual').action(async (name: string, options) => {
    await toUser(options, name, (desk, userId) => desk.call('user.unban', { userId }));
    say(`${name} may come in again.`);
  });
}

async function toUser<T>(options: object, name: string, act: (desk: Desk, userId: string) => Promise<T>): Promise<T> {
  return await withDesk({ ...options }, {}, async desk => {
    const user = await userNamed(desk, name);
    if (user.kind === 'bot') throw new Failure(`${user.name} is a bot: it has no log-in to close and no voice of its own. Name a person.`);
    return await act(desk, user.userId);
  });
}
