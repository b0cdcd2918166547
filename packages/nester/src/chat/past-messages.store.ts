import type { CompiledQuery, Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';

/** Those of `keys` under which somebody of `authorIds`, or somebody without an account, has said something from this device. */
export async function keysOf(
  db: Kysely<Tables>,
  deviceId: string,
  authorIds: readonly string[],
  keys: readonly string[],
): Promise<Set<string>> {
  const said = db.selectFrom('message').select('nonce').where('device_id', '=', deviceId).where('nonce', 'in', keys);
  const rows = await said.where('author_id', 'is', null).execute();
  if (authorIds.length > 0) rows.push(...(await said.where('author_id', 'in', authorIds).execute()));
  return new Set(rows.map(row => row.nonce as string));
}

/** The direct channels among those keys, by key. */
export async function channelsByKeys(db: Kysely<Tables>, keys: readonly string[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await db.selectFrom('channel').select(['name_key', 'channel_id']).where('name_key', 'in', keys).execute();
  return new Map(rows.map(row => [row.name_key, row.channel_id]));
}

/** Moves the read markers of a channel to `seq` for those members who have nothing of others left to read. */
export function keepReadQuery(db: Kysely<Tables>, channelId: string, seq: number): CompiledQuery {
  return db
    .updateTable('membership')
    .set({ read_seq: seq })
    .where('channel_id', '=', channelId)
    .where(eb =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('message')
            .select('message.seq')
            .where('message.channel_id', '=', channelId)
            .whereRef('message.seq', '>', 'membership.read_seq')
            .where('message.deleted_at', 'is', null)
            .where(or => or.or([or('message.author_id', 'is', null), or('message.author_id', '!=', or.ref('membership.user_id'))])),
        ),
      ),
    )
    .compile();
}
