import type { CompiledQuery, Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';

export async function readSettings(db: Kysely<Tables>, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.selectFrom('setting').selectAll().where('name', 'in', names).execute();
  return new Map(rows.map(row => [row.name, row.value]));
}

export function setSettingQuery(db: Kysely<Tables>, name: string, value: string): CompiledQuery {
  return db
    .insertInto('setting')
    .values({ name, value })
    .onConflict(conflict => conflict.column('name').doUpdateSet({ value }))
    .compile();
}

export function removeSettingsQuery(db: Kysely<Tables>, names: readonly string[]): CompiledQuery {
  return db.deleteFrom('setting').where('name', 'in', names).compile();
}
