import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { v7 as uuid } from 'uuid';
import type { StoreDialect } from '../dialect.ts';
import type { Tables } from '../schema.ts';

/** The log, accounts and chat. */
export function foundation(dialect: StoreDialect): Migration {
  const { int64 } = dialect;
  return {
    async up(untyped: Kysely<unknown>) {
      const db = untyped as Kysely<Tables>;
      const { schema } = db;

      await schema
        .createTable('log_head')
        .addColumn('id', 'integer', c => c.primaryKey())
        .addColumn('epoch', 'text', c => c.notNull())
        .addColumn('seq', int64, c => c.notNull())
        .addColumn('floor', int64, c => c.notNull())
        .execute();
      await db.insertInto('log_head').values({ id: 1, epoch: uuid(), seq: 0, floor: 0 }).execute();

      await schema
        .createTable('event')
        .addColumn('seq', int64, c => c.primaryKey())
        .addColumn('name', 'text', c => c.notNull())
        .addColumn('topic', 'text', c => c.notNull())
        .addColumn('also_topic', 'text')
        .addColumn('ids', 'text', c => c.notNull())
        .addColumn('at', int64, c => c.notNull())
        .execute();

      await schema
        .createTable('user_account')
        .addColumn('user_id', 'text', c => c.primaryKey())
        .addColumn('name', 'text', c => c.notNull())
        .addColumn('name_key', 'text', c => c.notNull().unique())
        .addColumn('kind', 'text', c => c.notNull())
        .addColumn('role', 'text', c => c.notNull())
        .addColumn('language', 'text', c => c.notNull())
        .addColumn('password_hash', 'text')
        .addColumn('disabled_at', int64)
        .addColumn('last_seen_at', int64)
        .addColumn('created_at', int64, c => c.notNull())
        .execute();

      await schema
        .createTable('session')
        .addColumn('session_id', 'text', c => c.primaryKey())
        .addColumn('token_hash', 'text', c => c.notNull().unique())
        .addColumn('user_id', 'text', c => c.notNull())
        .addColumn('device_id', 'text', c => c.notNull())
        .addColumn('door', 'text', c => c.notNull())
        .addColumn('address', 'text', c => c.notNull())
        .addColumn('agent', 'text', c => c.notNull())
        .addColumn('created_at', int64, c => c.notNull())
        .addColumn('seen_at', int64, c => c.notNull())
        .addColumn('expires_at', int64, c => c.notNull())
        .execute();
      await schema.createIndex('session_user').on('session').column('user_id').execute();

      await schema
        .createTable('invitation')
        .addColumn('invitation_id', 'text', c => c.primaryKey())
        .addColumn('token_hash', 'text', c => c.notNull().unique())
        .addColumn('kind', 'text', c => c.notNull())
        .addColumn('name', 'text')
        .addColumn('role', 'text', c => c.notNull())
        .addColumn('created_by', 'text')
        .addColumn('created_at', int64, c => c.notNull())
        .addColumn('expires_at', int64, c => c.notNull())
        .addColumn('used_at', int64)
        .addColumn('revoked_at', int64)
        .execute();

      await schema
        .createTable('audit')
        .addColumn('audit_id', 'text', c => c.primaryKey())
        .addColumn('at', int64, c => c.notNull())
        .addColumn('actor_id', 'text')
        .addColumn('actor_name', 'text', c => c.notNull())
        .addColumn('action', 'text', c => c.notNull())
        .addColumn('subject', 'text', c => c.notNull())
        .addColumn('detail', 'text', c => c.notNull())
        .addColumn('door', 'text', c => c.notNull())
        .addColumn('address', 'text', c => c.notNull())
        .execute();

      await schema
        .createTable('channel')
        .addColumn('channel_id', 'text', c => c.primaryKey())
        .addColumn('name', 'text', c => c.notNull())
        .addColumn('name_key', 'text', c => c.notNull().unique())
        .addColumn('kind', 'text', c => c.notNull())
        .addColumn('topic', 'text', c => c.notNull())
        .addColumn('min_role', 'text', c => c.notNull())
        .addColumn('post_role', 'text', c => c.notNull())
        .addColumn('auto_join', 'integer', c => c.notNull())
        .addColumn('created_at', int64, c => c.notNull())
        .addColumn('archived_at', int64)
        .execute();

      await schema
        .createTable('membership')
        .addColumn('channel_id', 'text', c => c.notNull())
        .addColumn('user_id', 'text', c => c.notNull())
        .addColumn('joined_seq', int64, c => c.notNull())
        .addColumn('read_seq', int64, c => c.notNull())
        .addPrimaryKeyConstraint('membership_pk', ['channel_id', 'user_id'])
        .execute();
      await schema.createIndex('membership_user').on('membership').column('user_id').execute();

      await schema
        .createTable('message')
        .addColumn('seq', int64, c => c.primaryKey())
        .addColumn('message_id', 'text', c => c.notNull().unique())
        .addColumn('channel_id', 'text', c => c.notNull())
        .addColumn('author_id', 'text')
        .addColumn('author_name', 'text', c => c.notNull())
        .addColumn('device_id', 'text', c => c.notNull())
        .addColumn('nonce', 'text')
        .addColumn('content', 'text', c => c.notNull())
        .addColumn('created_at', int64, c => c.notNull())
        .addColumn('edited_at', int64)
        .addColumn('deleted_at', int64)
        .execute();
      await schema.createIndex('message_channel').on('message').columns(['channel_id', 'seq']).execute();
      await schema.createIndex('message_nonce').unique().on('message').columns(['author_id', 'device_id', 'nonce']).execute();
    },
  };
}
