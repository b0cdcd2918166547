import type { IncidentStep } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { IncidentStepTable, Tables } from '../store/schema.ts';

/** The timeline of an incident, oldest first. */
export async function stepsOf(db: Kysely<Tables>, incidentId: string, limit: number): Promise<IncidentStep[]> {
  const rows = await db
    .selectFrom('incident_step')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .orderBy('at', 'desc')
    .orderBy('step_id', 'desc')
    .limit(limit)
    .execute();
  return rows.reverse().map(stepOf);
}

function stepOf(row: IncidentStepTable): IncidentStep {
  return { stepId: row.step_id, at: row.at, kind: row.kind as IncidentStep['kind'], by: row.by_name, text: row.body };
}
