import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { openStore } from './store.ts';

onEachDatabase('migrate', newDatabase => {
  it('says of a database that a newer version has touched what it is, and the mend', async () => {
    const database = await newDatabase();
    try {
      const newer = await openStore(database);
      await sql`insert into kysely_migration (name, timestamp) values ('0999-future', '')`.execute(newer.write);
      await newer.close();
      await expect(openStore(database)).rejects.toThrow(/was used by a newer Aerie \(0999-future\).*restore a backup of before/);
    } finally {
      await database.remove();
    }
  });
});
