import type { IncidentRule } from '@aerie/contract';
import { causeOf } from './causes.ts';
import { detailOf } from './details.ts';
import { type Firings, firedAgain } from './flapping.ts';
import { type IncidentRecord, type NewStep, type Symptom, subjectKey } from './records.ts';
import type { Told } from './telling.ts';
import { needsFullScan, needsLink, settingsOf, type WatchRules } from './verdicts.ts';

/** What is not well at a site, as it stands in the store. */
export interface SiteWatch {
  readonly siteId: string;
  /** Those that are not resolved, by what they are about. */
  readonly incidents: ReadonlyMap<string, IncidentRecord>;
  /** By what they are about, then by part. */
  readonly symptoms: ReadonlyMap<string, ReadonlyMap<string, Symptom>>;
  readonly firings: ReadonlyMap<string, Firings>;
  /** What must come before time counts again for what only a report can show: after a silence, or a start of Nester. */
  readonly awaits: 'nothing' | 'full scan' | 'report';
  /** Whether the site was silent before that: then nothing is known of the time between. */
  readonly wasDark: boolean;
}

/** What the machine may know besides. */
export interface Surroundings {
  at: number;
  rules: WatchRules;
  /** The probes that speak for the site. */
  probes: readonly string[];
  inMaintenance: boolean;
  /** Asked once for each incident that is to be told: whether so many open just now that they are summed up. */
  isStorm(): boolean;
  newId(): string;
}

/** An incident as it becomes, and as it was; undefined: it is new. */
export interface ChangedIncident {
  readonly record: IncidentRecord;
  readonly before: IncidentRecord | undefined;
}

/** What a step of the machine changes. */
export interface Outcome {
  readonly next: SiteWatch;
  readonly incidents: readonly ChangedIncident[];
  readonly steps: readonly NewStep[];
  readonly told: readonly { incidentId: string; what: Told }[];
  readonly symptoms: readonly Symptom[];
  readonly dropped: readonly Pick<Symptom, 'rule' | 'subjectId' | 'item'>[];
}

/** A site while a step of the machine is made: what it was is left alone. */
export class Draft {
  readonly around: Surroundings;
  readonly #before: SiteWatch;
  #incidents: Map<string, IncidentRecord> | undefined;
  #symptoms: Map<string, ReadonlyMap<string, Symptom>> | undefined;
  #firings: Map<string, Firings> | undefined;
  #awaits: SiteWatch['awaits'];
  #wasDark: boolean;
  readonly #changed = new Map<string, ChangedIncident>();
  readonly #steps: NewStep[] = [];
  readonly #told = new Map<string, Told>();
  readonly #putSymptoms = new Map<string, Symptom>();
  readonly #dropped = new Map<string, Symptom>();

  constructor(before: SiteWatch, around: Surroundings) {
    this.#before = before;
    this.around = around;
    this.#awaits = before.awaits;
    this.#wasDark = before.wasDark;
  }

  get incidents(): ReadonlyMap<string, IncidentRecord> {
    return this.#incidents ?? this.#before.incidents;
  }

  get symptoms(): SiteWatch['symptoms'] {
    return this.#symptoms ?? this.#before.symptoms;
  }

  get awaits(): SiteWatch['awaits'] {
    return this.#awaits;
  }

  get wasDark(): boolean {
    return this.#wasDark;
  }

  /** Whether every probe of the site is silent: then nothing is known of what is behind them. */
  get isDark(): boolean {
    const { probes } = this.around;
    return probes.length > 0 && probes.every(probeId => this.symptoms.has(`probe.silent:${probeId}`));
  }

  /** Whether time says nothing of a rule now. */
  isFrozen(rule: IncidentRule): boolean {
    if (!needsLink(rule)) return false;
    if (this.isDark || this.#awaits === 'report') return true;
    return this.#awaits === 'full scan' && needsFullScan(rule);
  }

  waitFor(awaits: SiteWatch['awaits'], wasDark: boolean): void {
    this.#awaits = awaits;
    this.#wasDark = wasDark;
  }

  incident(incidentId: string): IncidentRecord | undefined {
    for (const record of this.incidents.values()) if (record.incidentId === incidentId) return record;
    return undefined;
  }

  putSymptom(symptom: Symptom): void {
    const key = subjectKey(symptom);
    this.#symptoms ??= new Map(this.#before.symptoms);
    this.#symptoms.set(key, new Map(this.#symptoms.get(key)).set(symptom.item, symptom));
    this.#putSymptoms.set(`${key}:${symptom.item}`, symptom);
    this.#dropped.delete(`${key}:${symptom.item}`);
  }

  dropSymptom(symptom: Symptom): void {
    const key = subjectKey(symptom);
    this.#symptoms ??= new Map(this.#before.symptoms);
    const left = new Map(this.#symptoms.get(key));
    left.delete(symptom.item);
    if (left.size > 0) this.#symptoms.set(key, left);
    else this.#symptoms.delete(key);
    this.#putSymptoms.delete(`${key}:${symptom.item}`);
    this.#dropped.set(`${key}:${symptom.item}`, symptom);
  }

  /** Writes an incident's change down; a step of its timeline says it. */
  put(record: IncidentRecord, step?: Omit<NewStep, 'incidentId'>): void {
    this.#incidents ??= new Map(this.#before.incidents);
    const key = subjectKey(record);
    if (record.state !== 'resolved') this.#incidents.set(key, record);
    else if (this.#incidents.get(key)?.incidentId === record.incidentId) this.#incidents.delete(key);
    const was = this.#before.incidents.get(key);
    const before = was?.incidentId === record.incidentId ? was : undefined;
    this.#changed.set(record.incidentId, { record, before });
    if (step) this.say(record.incidentId, step);
  }

  say(incidentId: string, step: Omit<NewStep, 'incidentId'>): void {
    this.#steps.push({ incidentId, ...step });
  }

  /** Of several things to tell of one incident, its beginning and its end come first. */
  tell(record: IncidentRecord, what: Told): void {
    const already = this.#told.get(record.incidentId);
    if (already !== 'opened' && (already === undefined || what !== 'updated')) this.#told.set(record.incidentId, what);
  }

  /** Opens the incident of a symptom, and has it told unless there is a reason not to. */
  open({ rule, subjectId, subject, detail }: Omit<Symptom, 'item' | 'state' | 'since' | 'overSince'>): IncidentRecord {
    const { at, rules, newId } = this.around;
    const key = subjectKey({ rule, subjectId });
    this.#firings ??= new Map(this.#before.firings);
    const fired = firedAgain(this.#firings.get(key), at);
    if (rule !== 'test') this.#firings.set(key, fired.firings);
    const record: IncidentRecord = {
      incidentId: newId(),
      siteId: this.#before.siteId,
      rule,
      severity: settingsOf(rules, rule).severity,
      subjectId,
      subject,
      state: 'open',
      openedAt: at,
      acknowledgedAt: null,
      acknowledgedBy: null,
      assigneeId: null,
      assignee: null,
      snoozedUntil: null,
      resolvedAt: null,
      resolvedBy: null,
      parentId: null,
      folded: 0,
      firings: fired.firings.times.length,
      pausedUntil: fired.firings.pausedUntil,
      quiet: null,
      detail: detailOf(rule, detail, this.symptoms.get(key)),
      toldAt: null,
      remindedAt: null,
    };
    const cause = causeOf(record, this);
    this.put(record, { kind: 'opened', by: null, text: null });
    if (fired.isPaused === 'now') this.say(record.incidentId, { kind: 'paused', by: null, text: null });
    if (cause) this.fold(record, cause);
    else this.announce(record, fired.isPaused === 'already');
    return record;
  }

  fold(record: IncidentRecord, cause: IncidentRecord): void {
    this.put({ ...record, parentId: cause.incidentId, quiet: 'folded' }, { kind: 'folded', by: null, text: cause.subject });
    this.#count(cause.incidentId, 1);
  }

  /** The same cause by another name: that one is over, this one goes on. */
  refold(record: IncidentRecord, cause: IncidentRecord): void {
    if (record.parentId !== null) this.#count(record.parentId, -1);
    this.put({ ...record, parentId: cause.incidentId });
    this.#count(cause.incidentId, 1);
  }

  unfold(record: IncidentRecord): void {
    const after = { ...record, parentId: null, quiet: null };
    this.put(after, { kind: 'unfolded', by: null, text: null });
    if (record.parentId !== null) this.#count(record.parentId, -1);
    this.announce(after, after.pausedUntil !== null && after.pausedUntil > this.around.at);
  }

  /** Has an incident told that nobody was told of yet, unless there is a reason not to. */
  announce(record: IncidentRecord, isPaused: boolean): void {
    const { at, inMaintenance, isStorm } = this.around;
    if (record.toldAt !== null) {
      this.tell(record, 'updated');
      return;
    }
    // Tests are raised by hand: they make no storm in which what is wrong elsewhere would not be told.
    const isSummedUp = () => record.rule !== 'test' && isStorm();
    const quiet = inMaintenance ? 'maintenance' : isPaused ? 'paused' : isSummedUp() ? 'storm' : null;
    if (quiet === null) {
      this.put(
        { ...record, quiet, toldAt: at, remindedAt: null },
        record.openedAt === at ? undefined : { kind: 'told', by: null, text: null },
      );
      this.tell(record, 'opened');
    } else if (quiet !== record.quiet) this.put({ ...record, quiet }, { kind: 'not_told', by: null, text: quiet });
  }

  /** Those who were told of it hear of its end; one that ended because nobody watches for it any more only looks so. */
  resolve(
    record: IncidentRecord,
    by: string | null,
    { text = null, quietly = false }: { text?: string | null; quietly?: boolean } = {},
  ): void {
    const { at } = this.around;
    this.put({ ...record, state: 'resolved', resolvedAt: at, resolvedBy: by, snoozedUntil: null }, { kind: 'resolved', by, text });
    if (record.toldAt !== null) this.tell(record, quietly ? 'updated' : 'resolved');
  }

  /** How many it explains is part of what is told of it; once it is over, that stays. */
  #count(incidentId: string, more: number): void {
    const cause = this.incident(incidentId);
    if (!cause) return;
    const after = { ...cause, folded: cause.folded + more };
    this.put(after);
    if (after.toldAt !== null) this.tell(after, 'updated');
  }

  /** @returns undefined when nothing changed */
  outcome(): Outcome | undefined {
    const isSame = this.#changed.size + this.#putSymptoms.size + this.#dropped.size === 0;
    const isSameTime = this.#awaits === this.#before.awaits && this.#wasDark === this.#before.wasDark;
    if (isSame && isSameTime && this.#steps.length === 0) return undefined;
    return {
      next: {
        siteId: this.#before.siteId,
        incidents: this.incidents,
        symptoms: this.symptoms,
        firings: this.#firings ?? this.#before.firings,
        awaits: this.#awaits,
        wasDark: this.#wasDark,
      },
      incidents: [...this.#changed.values()],
      steps: this.#steps,
      told: [...this.#told].map(([incidentId, what]) => ({ incidentId, what })),
      symptoms: [...this.#putSymptoms.values()],
      dropped: [...this.#dropped.values()],
    };
  }
}
