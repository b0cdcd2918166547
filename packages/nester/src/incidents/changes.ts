import type { Incident } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { Log } from '../log.ts';
import { newId } from '../new-id.ts';
import type { Tables } from '../store/schema.ts';
import type { Unit } from '../store/unit.ts';
import type { Outcome } from './draft.ts';
import { rowOf, updateQuery } from './incidents.store.ts';
import type { IncidentRecord } from './records.ts';
import { dropSymptomQuery, putSymptomQuery } from './symptoms.store.ts';
import type { Telling } from './telling.ts';

/** What it takes to write what follows from a step. */
export interface ChangeParts {
  /** Only to compile queries. */
  db: Kysely<Tables>;
  log: Log;
  now: () => number;
  telling: Telling;
  present(record: IncidentRecord): Incident;
}

/** Adds to a unit what a step of the machine changes: rows, timeline, events, and what is to be told; durable together or not at all. */
export function stageOutcome(unit: Unit, parts: ChangeParts, { next, incidents, steps, told, symptoms, dropped }: Outcome): void {
  const { db, present, telling } = parts;
  const { siteId } = next;
  for (const symptom of dropped) unit.run(dropSymptomQuery(db, siteId, symptom));
  for (const symptom of symptoms) unit.run(putSymptomQuery(db, siteId, symptom));
  for (const { record, before } of incidents) {
    const isNew = before === undefined;
    if (isNew) unit.insert('incident', rowOf(record));
    else {
      const query = updateQuery(db, before, record);
      if (query) unit.run(query);
    }
    stageEvent(unit, record, isNew, present);
    unit.onSettled(written => {
      if (written) logChange(parts.log, record, isNew);
    });
  }
  const at = parts.now();
  for (const { incidentId, kind, by, text } of steps)
    unit.insert('incident_step', { step_id: newId(), incident_id: incidentId, at, kind, by_name: by, body: text });
  const changed = new Map(incidents.map(({ record }) => [record.incidentId, record]));
  for (const { incidentId, what } of told) telling.stage(unit, present(changed.get(incidentId)!), what);
}

/** Adds the event of an incident's change. */
export function stageEvent(unit: Unit, record: IncidentRecord, isNew: boolean, present: ChangeParts['present']): void {
  const { incidentId, siteId, subjectId } = record;
  unit.event(isNew ? 'incident.opened' : 'incident.updated', ['sites'], { siteId, incidentId, subjectId }, () => ({
    incident: present(record),
  }));
}

function logChange(log: Log, record: IncidentRecord, isNew: boolean): void {
  const { incidentId, siteId, rule, subject, state, quiet, acknowledgedBy } = record;
  const fields = { incidentId, siteId, rule, subject, ...(quiet && { quiet }), ...(acknowledgedBy !== null && { acknowledgedBy }) };
  if (isNew) log.warning('INCIDENT', 'Incident opened', fields);
  else log.info('INCIDENT', state === 'resolved' ? 'Incident resolved' : 'Incident changed', fields);
}
