import type { CompiledQuery, Kysely } from 'kysely';
import { prepared } from '../store/prepared.ts';
import type { ChannelTable, Tables } from '../store/schema.ts';

export async function allChannels(db: Kysely<Tables>): Promise<ChannelTable[]> {
  return await db.selectFrom('channel').selectAll().execute();
}

/** All but direct ones. */
export async function namedChannels(db: Kysely<Tables>): Promise<ChannelTable[]> {
  return await db.selectFrom('channel').selectAll().where('kind', '!=', 'direct').orderBy('name_key').execute();
}

export async function channelByKey(db: Kysely<Tables>, nameKey: string): Promise<ChannelTable | undefined> {
  return await db.selectFrom('channel').selectAll().where('name_key', '=', nameKey).executeTakeFirst();
}

export function updateChannelQuery(
  db: Kysely<Tables>,
  channelId: string,
  change: Partial<Pick<ChannelTable, 'name' | 'name_key' | 'topic' | 'min_role' | 'post_role' | 'archived_at'>>,
): CompiledQuery {
  return db.updateTable('channel').set(change).where('channel_id', '=', channelId).compile();
}

/** The channels that a user belongs to. */
export async function channelsOf(db: Kysely<Tables>, userId: string): Promise<ChannelTable[]> {
  return await ofMember(db, { userId });
}

const ofMember = prepared<{ userId: string }, ChannelTable>((db, value) =>
  db
    .selectFrom('channel')
    .innerJoin('membership', 'membership.channel_id', 'channel.channel_id')
    .selectAll('channel')
    .where('membership.user_id', '=', value('userId'))
    .orderBy('channel.channel_id'),
);
