import type { EventBody } from '@aerie/contract';
import type { CommittedEvent } from '../store/unit.ts';
import { type IncidentRecord, incidentKey } from './machine.ts';

/** The incidents that are not resolved, in memory: a projection of the log. It moves with what is durable, and with nothing else. */
export class OpenIncidents {
  readonly #byKey = new Map<string, IncidentRecord>();

  constructor(records: Iterable<IncidentRecord>) {
    for (const record of records) this.#keep(record);
  }

  get(key: string): IncidentRecord | undefined {
    return this.#byKey.get(key);
  }

  byId(incidentId: string): IncidentRecord | undefined {
    for (const record of this.#byKey.values()) if (record.incidentId === incidentId) return record;
    return undefined;
  }

  count(siteId: string): number {
    let count = 0;
    for (const record of this.#byKey.values()) if (record.siteId === siteId) count += 1;
    return count;
  }

  /** Answers whether any of these events was an incident's. */
  apply(events: readonly CommittedEvent[]): boolean {
    let moved = false;
    for (const { name, ids, body } of events) {
      if (name !== 'incident.opened' && name !== 'incident.updated') continue;
      const { siteCode: _code, siteName: _name, folded: _folded, ...incident } = (body as EventBody<typeof name>).incident;
      this.#keep({ ...incident, subjectId: String(ids.subjectId) });
      moved = true;
    }
    return moved;
  }

  #keep(record: IncidentRecord): void {
    const key = incidentKey(record);
    if (record.state !== 'resolved') this.#byKey.set(key, record);
    // Another one may have opened since.
    else if (this.#byKey.get(key)?.incidentId === record.incidentId) this.#byKey.delete(key);
  }
}
