import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Kysely, sql } from 'kysely';
import { afterEach, expect, it, vi } from 'vitest';
import { onPostgres } from '../../test/databases.ts';
import { postgresDialect } from './dialect.ts';
import type { Tables } from './schema.ts';
import { openStore } from './store.ts';

afterEach(() => vi.useRealTimers());

it('does not wait for ever for a PostgreSQL that says nothing', async () => {
  const sockets = new Set<Socket>();
  const mute = createServer(socket => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as AddressInfo;
  const dialect = await postgresDialect(`postgres://nobody@127.0.0.1:${port}/none`);
  const db = new Kysely<Tables>({ dialect: dialect.connect('read') });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const reached = once(mute, 'connection');
  let failed = false;
  const asked = sql`select 1`.execute(db).catch(error => {
    failed = true;
    throw error;
  });
  const late = expect(asked).rejects.toThrow(/timeout/);
  await reached;
  await vi.advanceTimersByTimeAsync(9_000);
  expect(failed).toBe(false);
  await vi.advanceTimersByTimeAsync(1_001);
  await late;
  await db.destroy();
  for (const socket of sockets) socket.destroy();
  mute.close();
});

onPostgres('the store', newDatabase => {
  it('gives no statement more than a minute', async () => {
    const database = await newDatabase();
    const store = await openStore(database);
    for (const db of [store.read, store.write])
      expect((await sql`show statement_timeout`.execute(db)).rows).toEqual([{ statement_timeout: '1min' }]);
    await store.close();
    await database.remove();
  });

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
