import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { SiteWatch } from './draft.ts';
import { type Firings, flapWindowMs } from './flapping.ts';
import { begunSince, unresolvedIncidents } from './incidents.store.ts';
import { type IncidentRecord, type Symptom, subjectKey } from './records.ts';
import { allSymptoms } from './symptoms.store.ts';
import { emptyWatch } from './watch.ts';

/** The watch of every site as the store has it. What a report must confirm waits for one: Nester was not listening. */
export async function loadWatches(db: Kysely<Tables>, now: number): Promise<SiteWatch[]> {
  const incidents = Map.groupBy(await unresolvedIncidents(db), ({ siteId }) => siteId);
  const symptoms = await allSymptoms(db);
  const begun = Map.groupBy(await begunSince(db, now - flapWindowMs), row => row.site_id);
  const siteIds = new Set([...incidents.keys(), ...symptoms.keys(), ...begun.keys()]);
  return [...siteIds].map(siteId => ({
    ...emptyWatch(siteId),
    incidents: new Map((incidents.get(siteId) ?? []).map((record): [string, IncidentRecord] => [subjectKey(record), record])),
    symptoms: byPart(symptoms.get(siteId) ?? []),
    firings: firingsOf(begun.get(siteId) ?? []),
  }));
}

function byPart(symptoms: readonly Symptom[]): SiteWatch['symptoms'] {
  const parts = new Map<string, Map<string, Symptom>>();
  for (const symptom of symptoms) {
    const key = subjectKey(symptom);
    parts.set(key, (parts.get(key) ?? new Map<string, Symptom>()).set(symptom.item, symptom));
  }
  return parts;
}

function firingsOf(begun: Awaited<ReturnType<typeof begunSince>>): ReadonlyMap<string, Firings> {
  const firings = new Map<string, Firings>();
  for (const { rule, subject_id, opened_at, paused_until } of begun) {
    const key = `${rule}:${subject_id}`;
    const before = firings.get(key);
    firings.set(key, { times: [...(before?.times ?? []), opened_at], pausedUntil: paused_until ?? before?.pausedUntil ?? null });
  }
  return firings;
}
