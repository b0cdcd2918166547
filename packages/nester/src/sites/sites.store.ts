import type { CompiledQuery, Kysely } from 'kysely';
import { textOnce } from '../store/prepared.ts';
import type { SiteTable, Tables } from '../store/schema.ts';

export async function allSites(db: Kysely<Tables>): Promise<SiteTable[]> {
  return await db.selectFrom('site').selectAll().execute();
}

export async function siteById(db: Kysely<Tables>, siteId: string): Promise<SiteTable | undefined> {
  return await db.selectFrom('site').selectAll().where('site_id', '=', siteId).executeTakeFirst();
}

export async function sitesByIds(db: Kysely<Tables>, siteIds: readonly string[]): Promise<SiteTable[]> {
  if (siteIds.length === 0) return [];
  return await db.selectFrom('site').selectAll().where('site_id', 'in', siteIds).execute();
}

export function updateSiteQuery(db: Kysely<Tables>, siteId: string, changes: Partial<SiteTable>): CompiledQuery {
  return textOnce(db, `update site ${Object.keys(changes).join()}`, [...Object.values(changes), siteId], () =>
    db.updateTable('site').set(changes).where('site_id', '=', siteId).compile(),
  );
}
