import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { StoreDialect } from '../dialect.ts';

/**
 * A message's row becomes its entry in the log, and new ids tell their seq: two B-trees fewer to write for each message.
 * The ids of before keep an index of their own. SQLite can only drop a column's own index with its table, so the table is copied.
 */
export function messages({ int64 }: StoreDialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const { schema } = db;
      await schema
        .createTable('message_alias')
        .addColumn('message_id', 'text', c => c.primaryKey())
        .addColumn('seq', int64, c => c.notNull())
        .execute();
      await sql`insert into message_alias (message_id, seq) select message_id, seq from message`.execute(db);

      await schema
        .createTable('message_copy')
        .addColumn('seq', int64, c => c.primaryKey())
        .addColumn('message_id', 'text', c => c.notNull())
        .addColumn('channel_id', 'text', c => c.notNull())
        .addColumn('author_id', 'text')
        .addColumn('author_name', 'text', c => c.notNull())
        .addColumn('device_id', 'text', c => c.notNull())
        .addColumn('nonce', 'text')
        .addColumn('content', 'text', c => c.notNull())
        .addColumn('created_at', int64, c => c.notNull())
        .addColumn('edited_at', int64)
        .addColumn('deleted_at', int64)
        .addColumn('mentions', 'text')
        .addColumn('card', 'text')
        .execute();
      const columns = sql.raw(
        'seq, message_id, channel_id, author_id, author_name, device_id, nonce, content, created_at, edited_at, deleted_at, mentions, card',
      );
      await sql`insert into message_copy (${columns}) select ${columns} from message order by seq`.execute(db);
      await schema.dropTable('message').execute();
      await schema.alterTable('message_copy').renameTo('message').execute();
      await schema
        .createIndex('message_channel')
        .on('message')
        .columns(['channel_id', 'seq', 'author_id', 'deleted_at'])
        .where('deleted_at' as never, 'is', null)
        .execute();
      await schema.createIndex('message_nonce').unique().on('message').columns(['nonce', 'author_id', 'device_id']).execute();

      await sql`delete from event where name = 'message.created'`.execute(db);
    },
  };
}
