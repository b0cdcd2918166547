import { type CommandOutput, channelKey, type Site, type UserRecord, userKey } from '@aerie/contract';
import { allUsers } from '../exports/pages.ts';
import { Failure } from './failure.ts';
import type { Desk } from './socket.ts';

export type ChannelRecord = CommandOutput<'channel.list'>['channels'][number];

/** The account of that name, whatever its case. */
export async function userNamed(desk: Desk, name: string): Promise<UserRecord> {
  const key = userKey(name.trim());
  for await (const user of allUsers(desk.call)) if (userKey(user.name) === key) return user;
  throw new Failure(`There is no account ${JSON.stringify(name)}. "nester user list" shows them.`);
}

/** The channel of that name, with or without #; case and accents do not matter. */
export async function channelNamed(desk: Desk, name: string): Promise<ChannelRecord> {
  const { channels } = await desk.call('channel.list', {});
  const channel = channels.find(one => channelKey(one.name) === channelKey(name.trim()));
  if (!channel) throw new Failure(`There is no channel ${JSON.stringify(name)}. "nester channel list" shows them.`);
  return channel;
}

/** The site of that code, whatever its case. */
export async function siteCoded(desk: Desk, code: string): Promise<Site> {
  const { sites } = await desk.call('site.list', {});
  const site = sites.find(one => one.code === code.toUpperCase());
  if (!site) throw new Failure(`There is no site ${JSON.stringify(code)}. "nester site list" shows them.`);
  return site;
}
