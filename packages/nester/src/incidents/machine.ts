import type { IncidentRule } from '@aerie/contract';
import { causeOf, isStillUnknown, mayHaveCauses } from './causes.ts';
import { detailOf } from './details.ts';
import { Draft, type Outcome, type SiteWatch, type Surroundings } from './draft.ts';
import type { FreshReport, Observation } from './observation.ts';
import { type IncidentRecord, type Symptom, subjectKey } from './records.ts';
import { countsFrom, expiryOf, forMsOf, isKept, isMeasured, isWatched, settingsOf, verdictOn } from './verdicts.ts';

/** Whom nobody has taken care of is asked for again after this. */
const remindAfterMs = 30 * 60_000;
const remindAgainMs = 2 * 3_600_000;

/** What is done to a site's watch: something was seen, time passed, somebody acted. */
export type Input = (draft: Draft) => void;

/**
 * The one step of all rules, pure: the watch of a site, what happened, and what follows. Time is something that happens too.
 * @returns undefined when nothing follows
 */
export function step(before: SiteWatch, around: Surroundings, input: Input): Outcome | undefined {
  const draft = new Draft(before, around);
  const wasDark = draft.isDark;
  input(draft);
  if (wasDark && !draft.isDark) draft.waitFor('report', true);
  foldAndUnfold(draft);
  return draft.outcome();
}

/** Somebody saw something. */
export function seen(observation: Observation): Input {
  return draft => {
    const { at, rules } = draft.around;
    const { rule, subjectId, subject, detail, item = '' } = observation;
    const known = draft.symptoms.get(subjectKey(observation))?.get(item);
    if (isMeasured(rule)) {
      if (!observation.isBad) leave(draft, subjectKey(observation));
      return;
    }
    if (!observation.isBad) {
      if (known) seenWell(draft, known);
    } else if (known && rule === 'certificate.expiring') {
      // Another one is another matter, also for those who left the last one alone.
      const isSame = known.detail.notAfter === detail.notAfter;
      draft.putSymptom({ ...known, subject, detail, state: isSame ? known.state : 'pending' });
    } else if (known) {
      if (known.overSince !== null || expiryOf(rule) !== undefined) draft.putSymptom({ ...known, overSince: null, subject, detail });
    } else if (isWatched(rules, observation) || isKept(rule)) {
      // A port that was missed and is back is no new one.
      if (rule === 'port.opened' && draft.symptoms.get(`port.closed:${subjectId}`)?.has(item)) return;
      draft.putSymptom({ rule, subjectId, subject, item, state: 'pending', since: at, overSince: null, detail });
    }
    ripen(draft, rule, subjectId);
  };
}

/** A fresh report came: the figures of the link, and an end to not knowing. */
export function reported({ siteId, probeId, machine, kind, wan }: FreshReport): Input {
  return draft => {
    if (!draft.isDark && draft.awaits !== 'nothing' && !(draft.awaits === 'full scan' && kind === 'sweep')) {
      if (draft.awaits === 'report' && draft.wasDark) beginAnew(draft);
      draft.waitFor(kind === 'full' ? 'nothing' : 'full scan', false);
      for (const key of draft.symptoms.keys()) ripenKey(draft, key);
    }
    if (!wan) return;
    const { rules } = draft.around;
    const about = { siteId, subjectId: probeId ?? siteId, subject: machine };
    const { aboveMs, clearMs } = rules['wan.latency'];
    measured(draft, { ...about, rule: 'wan.latency' }, wan.medianMs, { above: aboveMs, clear: clearMs }, { ms: wan.medianMs, aboveMs });
    const { above, clear } = rules['wan.loss'];
    measured(draft, { ...about, rule: 'wan.loss' }, wan.loss, { above, clear }, { loss: wan.loss, above });
  };
}

/** Time passed. */
export const passed: Input = draft => {
  for (const key of draft.symptoms.keys()) ripenKey(draft, key);
  for (const key of draft.incidents.keys()) timed(draft, key);
};

/** The rules of the site changed: what they watch for no longer is over, and nobody is alarmed. */
export const rulesChanged: Input = draft => {
  const { rules } = draft.around;
  for (const record of draft.incidents.values()) {
    if (settingsOf(rules, record.rule).on) continue;
    leave(draft, subjectKey(record));
  }
  for (const symptoms of draft.symptoms.values())
    for (const symptom of symptoms.values()) if (!settingsOf(rules, symptom.rule).on && !isKept(symptom.rule)) draft.dropSymptom(symptom);
  passed(draft);
};

/** When time alone may change something at a site next. */
export function dueAt({ incidents, symptoms }: SiteWatch, rules: Surroundings['rules']): number {
  let due = Number.POSITIVE_INFINITY;
  const at = (time: number | null) => {
    if (time !== null && time < due) due = time;
  };
  for (const parts of symptoms.values()) for (const symptom of parts.values()) at(ripeAt(symptom, rules));
  for (const record of incidents.values()) {
    const expires = expiryOf(record.rule);
    if (expires !== undefined) at(record.openedAt + expires);
    at(record.pausedUntil);
    at(record.snoozedUntil);
    at(reminderDue(record));
    // How long maintenance lasts is looked up each time.
    if (record.quiet === 'maintenance') at(0);
  }
  return due;
}

/** Ends what nobody watches for any more. */
function leave(draft: Draft, key: string): void {
  for (const symptom of draft.symptoms.get(key)?.values() ?? []) {
    if (isKept(symptom.rule)) draft.putSymptom({ ...symptom, state: 'pending' });
    else draft.dropSymptom(symptom);
  }
  const record = draft.incidents.get(key);
  if (record) draft.resolve({ ...record, detail: { ...record.detail, unwatched: 1 } }, null, { quietly: true });
}

function seenWell(draft: Draft, symptom: Symptom): void {
  if (symptom.state !== 'counted' || forMsOf(draft.around.rules, symptom.rule) === 0) draft.dropSymptom(symptom);
  else if (symptom.overSince === null) draft.putSymptom({ ...symptom, overSince: draft.around.at });
}

/** A figure of the link. It counts when another one says the same long enough after it: one alone may be a blip. */
function measured(
  draft: Draft,
  about: Pick<Observation, 'siteId' | 'rule' | 'subjectId' | 'subject'>,
  figure: number | null,
  thresholds: { above: number; clear: number },
  detail: Symptom['detail'],
): void {
  const verdict = verdictOn(figure, thresholds);
  const { rule, subjectId, subject } = about;
  const { at, rules } = draft.around;
  const known = draft.symptoms.get(subjectKey(about))?.get('');
  if (verdict === undefined || (!known && (verdict !== 'bad' || !settingsOf(rules, rule).on))) return;
  if (!known) draft.putSymptom({ rule, subjectId, subject, item: '', state: 'pending', since: at, overSince: null, detail });
  else if (verdict === 'good') seenWell(draft, known);
  else if (verdict === 'between' && known.state === 'pending') draft.dropSymptom(known);
  else if (known.overSince !== null) draft.putSymptom({ ...known, overSince: null });
  ripen(draft, rule, subjectId, true);
}

function ripenKey(draft: Draft, key: string): void {
  const { at, rules } = draft.around;
  for (const symptom of draft.symptoms.get(key)?.values() ?? []) {
    if (at < ripeAt(symptom, rules)) continue;
    ripen(draft, symptom.rule, symptom.subjectId);
    return;
  }
}

/** When time alone makes a symptom count, or ends it. */
function ripeAt(symptom: Symptom, rules: Surroundings['rules']): number {
  const { rule, state, overSince } = symptom;
  if (isMeasured(rule)) return Number.POSITIVE_INFINITY;
  const counts = state === 'pending' && settingsOf(rules, rule).on ? countsFrom(rules, symptom) : Number.POSITIVE_INFINITY;
  return overSince === null ? counts : Math.min(counts, overSince + forMsOf(rules, rule));
}

/** Lets what lasted long enough count, and what was over long enough end. */
function ripen(draft: Draft, rule: IncidentRule, subjectId: string, isMeasurement = false): void {
  const { at, rules } = draft.around;
  const key = subjectKey({ rule, subjectId });
  const forMs = forMsOf(rules, rule);
  const ripens = isMeasurement || (!isMeasured(rule) && !(forMs > 0 && draft.isFrozen(rule)));
  if (ripens)
    for (const symptom of draft.symptoms.get(key)?.values() ?? []) {
      if (symptom.overSince !== null && at - symptom.overSince >= forMs) draft.dropSymptom(symptom);
      else if (symptom.state === 'pending' && settingsOf(rules, rule).on && at >= countsFrom(rules, symptom))
        draft.putSymptom({ ...symptom, state: 'counted' });
    }
  const counted = [...(draft.symptoms.get(key)?.values() ?? [])].filter(({ state }) => state === 'counted');
  const current = draft.incidents.get(key);
  const latest = counted.at(-1);
  if (!latest) {
    if (current && rule !== 'test') draft.resolve(current, null);
  } else if (!current) draft.open(latest);
  else follow(draft, current, latest);
}

/** Brings an incident's figures up to date with its symptoms. */
function follow(draft: Draft, current: IncidentRecord, latest: Symptom): void {
  const base = latest.item === '' ? current.detail : { ...current.detail, ...latest.detail };
  const detail = detailOf(current.rule, base, draft.symptoms.get(subjectKey(current)));
  if (JSON.stringify(detail) === JSON.stringify(current.detail)) return;
  draft.put({ ...current, detail });
  if (current.toldAt !== null) draft.tell(current, 'updated');
}

/** Nothing is known of the time of the silence: what was about to count, or to end, begins again. */
function beginAnew(draft: Draft): void {
  const { at } = draft.around;
  for (const parts of draft.symptoms.values())
    for (const symptom of parts.values()) {
      if (
        forMsOf(draft.around.rules, symptom.rule) === 0 ||
        (symptom.state !== 'pending' && symptom.overSince === null) ||
        symptom.since === at
      )
        continue;
      const isPending = symptom.state === 'pending';
      draft.putSymptom({ ...symptom, since: isPending ? at : symptom.since, overSince: symptom.overSince === null ? null : at });
    }
}

function foldAndUnfold(draft: Draft): void {
  if (!mayHaveCauses(draft)) return;
  for (const key of draft.incidents.keys()) {
    const record = draft.incidents.get(key);
    if (!record) continue;
    const cause = causeOf(record, draft);
    if (cause?.incidentId === record.parentId) continue;
    if (cause && record.parentId === null) draft.fold(record, cause);
    else if (cause) draft.refold(record, cause);
    else if (record.parentId !== null && !isStillUnknown(record, draft)) draft.unfold(record);
  }
}

/** What time does to an incident. */
function timed(draft: Draft, key: string): void {
  const { at, inMaintenance } = draft.around;
  const now = () => draft.incidents.get(key);
  let record = now();
  const expires = record && expiryOf(record.rule);
  if (record && expires !== undefined && at - record.openedAt >= expires) {
    for (const symptom of draft.symptoms.get(key)?.values() ?? []) draft.dropSymptom(symptom);
    draft.resolve({ ...record, detail: { ...record.detail, expired: 1 } }, null);
    return;
  }
  if (record?.pausedUntil != null && record.pausedUntil <= at) {
    const after = { ...record, pausedUntil: null, quiet: record.quiet === 'paused' ? null : record.quiet };
    draft.put(after, { kind: 'resumed', by: null, text: null });
    if (record.quiet === 'paused') draft.announce(after, false);
    else if (record.toldAt !== null) draft.tell(after, 'updated');
  }
  record = now();
  if (record?.quiet === 'maintenance' && !inMaintenance) draft.announce(record, record.pausedUntil !== null);
  record = now();
  if (record?.snoozedUntil != null && record.snoozedUntil <= at) {
    draft.put({ ...record, snoozedUntil: null, remindedAt: at }, { kind: 'woken', by: null, text: null });
    if (record.toldAt !== null && !inMaintenance) draft.tell(record, 'reminder');
  }
  record = now();
  const remind = record ? reminderDue(record) : null;
  if (record && remind !== null && remind <= at && !inMaintenance) {
    draft.put({ ...record, remindedAt: at });
    draft.tell(record, 'reminder');
  }
}

/** When people are asked again who takes care of it; null: not at all. */
function reminderDue({ severity, state, toldAt, remindedAt, quiet, snoozedUntil, pausedUntil }: IncidentRecord): number | null {
  if (severity !== 'critical' || state !== 'open' || toldAt === null || quiet !== null) return null;
  if (snoozedUntil !== null || pausedUntil !== null) return null;
  return remindedAt === null ? toldAt + remindAfterMs : remindedAt + remindAgainMs;
}
