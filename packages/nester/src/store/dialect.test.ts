import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { onPostgres } from '../../test/databases.ts';
import { openStore } from './store.ts';

onPostgres('the store', newDatabase => {
  it('outlives a server that cuts a connection in the middle of a transaction', async () => {
    const database = await newDatabase();
    const store = await openStore(database);
    const sleep = sql`select pg_sleep(30)`;
    const cut = expect(store.read.transaction().execute(trx => sleep.execute(trx))).rejects.toThrow();
    // Asked until the query is under way: whoever is cut then is in the middle of it.
    for (let ended = 0; ended === 0; ) {
      const { rows } = await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query like 'select pg_sleep%' and pid <> pg_backend_pid()`.execute(store.write);
      ended = rows.length;
    }
    await cut;
    expect((await sql<{ one: number }>`select 1 as one`.execute(store.read)).rows).toEqual([{ one: 1 }]);
    await store.close();
    await database.remove();
  });
});
