import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { prepared } from './prepared.ts';
import { openStore } from './store.ts';

const found = prepared<{ name: string }, { value: string }>((db, value) =>
  db.selectFrom('setting').select('value').where('name', '=', value('name')),
);

onEachDatabase('a prepared query', newDatabase => {
  it('answers by the values of each call', async () => {
    const database = await newDatabase();
    const store = await openStore(database);
    // The first query opens the connection; the second finds it open.
    expect(await found(store.read, { name: 'a' })).toEqual([]);
    await store.write
      .insertInto('setting')
      .values([
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ])
      .execute();
    expect(await found(store.read, { name: 'a' })).toEqual([{ value: '1' }]);
    expect(await found(store.read, { name: 'b' })).toEqual([{ value: '2' }]);
    await store.close();
    await database.remove();
  });

  it('sees what is there now while another reads an older moment', async () => {
    const database = await newDatabase();
    const store = await openStore(database);
    const { dialect, read, write } = store;
    let [within, beside]: Promise<{ value: string }[]>[] = [];
    await dialect.readMoment(read, async trx => {
      await trx.selectFrom('setting').selectAll().execute();
      await write.insertInto('setting').values({ name: 'a', value: '1' }).execute();
      within = found(trx, { name: 'a' });
      beside = found(read, { name: 'a' });
      expect(await within).toEqual([]);
      await sql`select 1`.execute(trx);
    });
    expect(await beside).toEqual([{ value: '1' }]);
    await store.close();
    await database.remove();
  });

  it('leaves no connection open', async () => {
    const database = await newDatabase();
    const store = await openStore(database);
    await found(store.read, { name: 'a' });
    await store.close();
    await expect(found(store.read, { name: 'a' })).rejects.toThrow();
    await database.remove();
  });
});
