import type { Maintenance } from '@aerie/contract';
import type { CompiledQuery, Kysely } from 'kysely';
import type { MaintenanceTable, Tables } from '../store/schema.ts';

/** Maintenance as it is kept. */
export interface MaintenanceRecord extends Omit<Maintenance, 'next'> {
  endedAt: number | null;
}

export async function allMaintenance(db: Kysely<Tables>): Promise<MaintenanceRecord[]> {
  const rows = await db.selectFrom('maintenance').selectAll().orderBy('created_at').orderBy('maintenance_id').execute();
  return rows.map(recordOf);
}

export function rowOf(record: MaintenanceRecord): MaintenanceTable {
  return {
    maintenance_id: record.maintenanceId,
    title: record.title,
    site_ids: record.siteIds && JSON.stringify(record.siteIds),
    times: JSON.stringify(record.times),
    created_by: record.createdBy,
    created_at: record.createdAt,
    ended_at: record.endedAt,
  };
}

/** Touches no row when it was ended already. */
export function endQuery(db: Kysely<Tables>, maintenanceId: string, at: number): CompiledQuery {
  return db
    .updateTable('maintenance')
    .set({ ended_at: at })
    .where('maintenance_id', '=', maintenanceId)
    .where('ended_at', 'is', null)
    .compile();
}

function recordOf(row: MaintenanceTable): MaintenanceRecord {
  return {
    maintenanceId: row.maintenance_id,
    title: row.title,
    siteIds: row.site_ids === null ? null : JSON.parse(row.site_ids),
    times: JSON.parse(row.times),
    createdBy: row.created_by,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}
