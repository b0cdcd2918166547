import type { Kysely } from 'kysely';
import type { Tables, WanSampleTable } from '../store/schema.ts';

/** The samples of a site since a moment, oldest first. */
export async function wanSince(db: Kysely<Tables>, siteId: string, since: number): Promise<WanSampleTable[]> {
  return await db.selectFrom('wan_sample').selectAll().where('site_id', '=', siteId).where('at', '>=', since).orderBy('at').execute();
}
