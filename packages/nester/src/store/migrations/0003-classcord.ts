import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { StoreDialect } from '../dialect.ts';

/** Mentions, mutes and bans. */
export function classcord(dialect: StoreDialect): Migration {
  const { int64 } = dialect;
  return {
    async up({ schema }: Kysely<unknown>) {
      await schema.alterTable('user_account').addColumn('muted_until', int64).execute();
      await schema.alterTable('user_account').addColumn('banned_until', int64).execute();
      await schema.alterTable('message').addColumn('mentions', 'text').execute();

      // Everything that counting unread messages looks at, deleted_at too: SQLite looks into the row for it otherwise.
      await schema.dropIndex('message_channel').execute();
      await schema
        .createIndex('message_channel')
        .on('message')
        .columns(['channel_id', 'seq', 'author_id', 'deleted_at'])
        .where('deleted_at' as never, 'is', null)
        .execute();

      await schema
        .createTable('mention')
        .addColumn('user_id', 'text', c => c.notNull())
        .addColumn('channel_id', 'text', c => c.notNull())
        .addColumn('seq', int64, c => c.notNull())
        .addPrimaryKeyConstraint('mention_pk', ['user_id', 'channel_id', 'seq'])
        .execute();

      await schema
        .createTable('sanction')
        .addColumn('sanction_id', 'text', c => c.primaryKey())
        .addColumn('kind', 'text', c => c.notNull())
        .addColumn('user_id', 'text')
        .addColumn('name', 'text', c => c.notNull())
        .addColumn('network', 'text')
        .addColumn('reason', 'text', c => c.notNull())
        .addColumn('created_at', int64, c => c.notNull())
        .addColumn('created_by', 'text', c => c.notNull())
        .addColumn('until', int64, c => c.notNull())
        .addColumn('lifted_at', int64)
        .execute();
      await schema.createIndex('sanction_until').on('sanction').column('until').execute();
    },
  };
}
