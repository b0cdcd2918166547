import type { Draft } from './draft.ts';
import type { Input } from './machine.ts';
import { type IncidentRecord, subjectKey } from './records.ts';
import { expiryOf } from './verdicts.ts';

/** An act on an incident. Once that is over, it changes nothing. */
function on(incidentId: string, act: (draft: Draft, record: IncidentRecord) => void): Input {
  return draft => {
    const record = draft.incident(incidentId);
    if (record) act(draft, record);
  };
}

/** Those who were told of it see what became of it. */
function change(draft: Draft, record: IncidentRecord): void {
  if (record.toldAt !== null) draft.tell(record, 'updated');
}

/** Somebody looks after it. */
export function acknowledged(incidentId: string, by: string, note?: string): Input {
  return on(incidentId, (draft, record) => {
    if (record.state !== 'open') {
      // Somebody has it; what was said with it is not lost.
      if (note) draft.put(record, { kind: 'noted', by, text: note });
      return;
    }
    draft.put(
      { ...record, state: 'acknowledged', acknowledgedAt: draft.around.at, acknowledgedBy: by },
      { kind: 'acknowledged', by, text: note || null },
    );
    change(draft, record);
  });
}

/** Somebody is to see to it, or nobody in particular. */
export function assigned(incidentId: string, by: string, to: { userId: string; name: string } | null): Input {
  return on(incidentId, (draft, record) => {
    if (record.assigneeId === (to?.userId ?? null)) return;
    draft.put({ ...record, assigneeId: to?.userId ?? null, assignee: to?.name ?? null }, { kind: 'assigned', by, text: to?.name ?? null });
    change(draft, record);
  });
}

/** Nobody is asked for until a moment; null: they are again. */
export function snoozed(incidentId: string, by: string, until: number | null): Input {
  return on(incidentId, (draft, record) => {
    const next = until !== null && until > draft.around.at ? until : null;
    if (record.snoozedUntil === next) return;
    const said = next === null ? ({ kind: 'woken', by, text: null } as const) : ({ kind: 'snoozed', by, text: String(next) } as const);
    draft.put({ ...record, snoozedUntil: next, remindedAt: draft.around.at }, said);
    change(draft, record);
  });
}

/** A note, for the timeline. */
export function noted(incidentId: string, by: string, text: string): Input {
  return on(incidentId, (draft, record) => {
    draft.put(record, { kind: 'noted', by, text });
    change(draft, record);
  });
}

/** It is over, says somebody. What still looks so is left alone until it is over. */
export function closed(incidentId: string, by: string, note?: string): Input {
  return on(incidentId, (draft, record) => {
    for (const symptom of draft.symptoms.get(subjectKey(record))?.values() ?? []) {
      if (symptom.state !== 'counted') continue;
      if (expiryOf(record.rule) === undefined) draft.putSymptom({ ...symptom, state: 'dismissed', overSince: null });
      else draft.dropSymptom(symptom);
    }
    draft.resolve(record, by, { text: note || null });
  });
}

/** A test, raised by somebody; of a site there is one at a time. */
export function tested(siteId: string, by: string, siteName: string): Input {
  return draft => {
    if (!draft.incidents.has(`test:${siteId}`)) draft.open({ rule: 'test', subjectId: siteId, subject: siteName, detail: { by } });
  };
}
