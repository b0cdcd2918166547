import { type CompiledQuery, type Kysely, sql } from 'kysely';
import { prepared } from '../store/prepared.ts';
import type { Tables } from '../store/schema.ts';

export function leaveQuery(db: Kysely<Tables>, channelId: string, userId: string): CompiledQuery {
  return db.deleteFrom('membership').where('channel_id', '=', channelId).where('user_id', '=', userId).compile();
}

/** Moves a read marker forward, never back. */
export function markReadQuery(db: Kysely<Tables>, channelId: string, userId: string, readSeq: number): CompiledQuery {
  return db
    .updateTable('membership')
    .set({ read_seq: readSeq })
    .where('channel_id', '=', channelId)
    .where('user_id', '=', userId)
    .where('read_seq', '<', readSeq)
    .compile();
}

/** How far a member has read; whoever is none has nothing left to read. */
export async function readSeqOf(db: Kysely<Tables>, channelId: string, userId: string): Promise<number> {
  const row = await db
    .selectFrom('membership')
    .select('read_seq')
    .where('channel_id', '=', channelId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.read_seq ?? Number.POSITIVE_INFINITY;
}

export async function allMemberships(db: Kysely<Tables>): Promise<{ channelId: string; userId: string }[]> {
  const rows = await db.selectFrom('membership').select(['channel_id', 'user_id']).execute();
  return rows.map(row => ({ channelId: row.channel_id, userId: row.user_id }));
}

export interface OwnMark {
  channelId: string;
  readSeq: number;
  unread: number;
  mentions: number;
}

/**
 * A user's read markers with, beside each, how many messages of others stand after it, and how many of these name the user.
 * @param channelId of this channel only
 */
export async function ownMarks(db: Kysely<Tables>, userId: string, channelId?: string): Promise<OwnMark[]> {
  const rows = channelId === undefined ? await allMarks(db, { userId }) : await oneMark(db, { userId, channelId });
  return rows.map(row => ({
    channelId: row.channel_id,
    readSeq: row.read_seq,
    unread: Number(row.unread ?? 0),
    mentions: Number(row.mentions ?? 0),
  }));
}

const allMarks = prepared<{ userId: string }, MarkRow>((db, value) => marksQuery(db, value('userId')));
const oneMark = prepared<{ userId: string; channelId: string }, MarkRow>((db, value) =>
  marksQuery(db, value('userId')).where('own.channel_id', '=', value('channelId')),
);

interface MarkRow {
  channel_id: string;
  read_seq: number;
  unread: number | string | null;
  mentions: number | string | null;
}

function marksQuery(db: Kysely<Tables>, userId: string) {
  return db
    .selectFrom('membership as own')
    .select(['own.channel_id', 'own.read_seq'])
    .select(eb =>
      eb
        .selectFrom('message')
        .select(sql<number>`count(*)`.as('n'))
        .whereRef('message.channel_id', '=', 'own.channel_id')
        .whereRef('message.seq', '>', 'own.read_seq')
        .where('message.deleted_at', 'is', null)
        .where('message.author_id', 'is distinct from', userId)
        .as('unread'),
    )
    .select(eb =>
      eb
        .selectFrom('mention')
        .select(sql<number>`count(*)`.as('n'))
        .where('mention.user_id', '=', userId)
        .whereRef('mention.channel_id', '=', 'own.channel_id')
        .whereRef('mention.seq', '>', 'own.read_seq')
        .as('mentions'),
    )
    .where('own.user_id', '=', userId);
}
