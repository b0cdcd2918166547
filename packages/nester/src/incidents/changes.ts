import { AppError, type Incident } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { Log } from '../log.ts';
import { newId } from '../new-id.ts';
import type { Tables } from '../store/schema.ts';
import type { Unit } from '../store/unit.ts';
import { acknowledgeQuery, resolveQuery, rowOf } from './incidents.store.ts';
import type { IncidentRecord } from './machine.ts';

/** What it takes to write an incident's change. */
export interface ChangeParts {
  /** Only to compile queries. */
  db: Kysely<Tables>;
  log: Log;
  now: () => number;
  present(record: IncidentRecord): Incident;
}

/** Adds to a unit an incident's new state, its event, and what is still to be told of it: durable together or not at all. */
export function addChange(unit: Unit, parts: ChangeParts, after: IncidentRecord, latest: () => IncidentRecord = () => after): void {
  const { incidentId, siteId, rule, subjectId, subject, state } = after;
  if (state === 'open') unit.insert('incident', rowOf(after));
  else if (state === 'resolved') unit.run(resolveQuery(parts.db, after));
  else unit.run(acknowledgeQuery(parts.db, after), new AppError('conflict'));
  unit.event(state === 'open' ? 'incident.opened' : 'incident.updated', ['sites'], { siteId, incidentId, subjectId }, () => ({
    incident: parts.present(latest()),
  }));
  unit.insert('outbox', {
    outbox_id: newId(),
    incident_id: incidentId,
    created_at: parts.now(),
    done_at: null,
    attempts: 0,
    last_error: null,
  });
  unit.onSettled(written => {
    if (!written) return;
    const fields = {
      incidentId,
      siteId,
      rule,
      subject,
      ...(after.acknowledgedBy === null ? {} : { acknowledgedBy: after.acknowledgedBy }),
    };
    if (state === 'open') parts.log.warning('INCIDENT', 'Incident opened', fields);
    else parts.log.info('INCIDENT', state === 'resolved' ? 'Incident resolved' : 'Incident acknowledged', fields);
  });
}
