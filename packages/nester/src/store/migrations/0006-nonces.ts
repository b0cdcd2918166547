import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Nonces in order of themselves, not of who said them. Clients make theirs from the clock: those of one moment now stand
 * side by side, whoever they are of, where each author had several pages of the index written at every commit.
 */
export function nonces(): Migration {
  return {
    async up({ schema }: Kysely<unknown>) {
      await schema.dropIndex('message_nonce').execute();
      await schema.createIndex('message_nonce').unique().on('message').columns(['nonce', 'author_id', 'device_id']).execute();
    },
  };
}
