import { AppError, atLeast, type Channel, channelKey, channelNameProblem, type Role } from '@aerie/contract';
import type { ChannelTable } from '../store/schema.ts';

/** A channel as the server keeps it in memory. */
export interface ChannelRecord {
  readonly channel: Channel;
  /** New accounts whose role allows it belong to it from the start. */
  readonly autoJoin: boolean;
}

/** The channels that are there from the start. Those with `autoJoin` are joined by every account whose role reaches `minRole`. */
export const firstChannels: readonly { name: string; minRole: Role; postRole: Role }[] = [
  { name: 'général', minRole: 'viewer', postRole: 'member' },
  { name: 'dev', minRole: 'viewer', postRole: 'member' },
  { name: 'admin', minRole: 'admin', postRole: 'admin' },
  { name: 'supervision', minRole: 'technician', postRole: 'technician' },
];

/** Where the server itself speaks: these keep their names and stay open. */
const fixedKeys: ReadonlySet<string> = new Set(['général', 'admin', 'supervision'].map(channelKey));

/** What an administrator may change of a channel. */
export type ChannelChange = Partial<Pick<Channel, 'name' | 'topic' | 'minRole' | 'postRole' | 'archived'>>;

/** Throws `fixed_channel` when the change would take from the server a channel in which it speaks, or open #admin to others. */
export function requireMayChange(channel: Channel, change: ChannelChange): void {
  const key = channelKey(channel.name);
  if (!fixedKeys.has(key)) return;
  const renames = change.name !== undefined && channelKey(change.name) !== key;
  const opensAdmin = key === 'admin' && change.minRole !== undefined && change.minRole !== 'admin';
  if (renames || change.archived || opensAdmin) throw new AppError('fixed_channel', { channel: hashName(channel) });
}

/** The name as people see it in sentences: `#dev`. */
export function hashName(channel: Channel): string {
  return `#${channel.name}`;
}

/** A typed channel name, composed and without `#`; throws `bad_channel_name`. */
export function cleanChannelName(typed: string): string {
  const name = typed.normalize('NFC').trim().replace(/^#/, '');
  const problem = channelNameProblem(name);
  if (problem) throw new AppError('bad_channel_name', { reason: problem });
  return name;
}

/** The unique key of the direct channel of two people, whoever opens it. */
export function directKey(a: string, b: string): string {
  return `direct:${[a, b].sort().join(':')}`;
}

/** Throws when somebody with this role may not write in the channel now. */
export function requirePost(channel: Channel, role: Role): void {
  if (channel.archived) throw new AppError('channel_archived', { channel: hashName(channel) });
  if (!atLeast(role, channel.postRole)) throw new AppError('read_only_channel', { channel: hashName(channel) });
}

/** Whether people without an account may read and write there. */
export function isOpenToGuests({ kind, archived, minRole, postRole }: Channel): boolean {
  return kind === 'public' && !archived && minRole === 'viewer' && !atLeast(postRole, 'technician');
}

export function recordOf(row: ChannelTable): ChannelRecord {
  const channel: Channel = {
    channelId: row.channel_id,
    name: row.name,
    kind: row.kind,
    topic: row.topic,
    minRole: row.min_role,
    postRole: row.post_role,
    archived: row.archived_at !== null,
  };
  if (row.kind === 'direct') channel.directUserIds = row.name_key.split(':').slice(1);
  return { channel, autoJoin: row.auto_join === 1 };
}

/** A new channel's row. `nameKey` is for direct channels, whose name is empty. */
export function newChannelRow(fields: {
  channelId: string;
  name: string;
  kind: ChannelTable['kind'];
  topic?: string;
  minRole: Role;
  postRole: Role;
  autoJoin?: boolean;
  at: number;
  nameKey?: string;
}): ChannelTable {
  return {
    channel_id: fields.channelId,
    name: fields.name,
    name_key: fields.nameKey ?? channelKey(fields.name),
    kind: fields.kind,
    topic: fields.topic ?? '',
    min_role: fields.minRole,
    post_role: fields.postRole,
    auto_join: fields.autoJoin ? 1 : 0,
    created_at: fields.at,
    archived_at: null,
  };
}
