import type { CommandOutput, Incident, incidentCommands as specs } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { Handlers } from '../context.ts';
import type { Log } from '../log.ts';
import { newId } from '../new-id.ts';
import type { Committer } from '../store/commit.ts';
import type { Replay } from '../store/log.ts';
import type { StormTable, Tables } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { Unit } from '../store/unit.ts';
import { incidentExportCommands } from './incident-export.commands.ts';
import { incidentCommands } from './incidents.commands.ts';
import { incidentsBetween, incidentsByIds } from './incidents.store.ts';
import { loadWatches } from './loading.ts';
import { reported, rulesChanged, seen } from './machine.ts';
import type { FreshReport, Observation } from './observation.ts';
import type { IncidentRecord } from './records.ts';
import { endStormQuery, lastStorm, storming, tellableTimes } from './storms.store.ts';
import { minuteMs, Storms, summaryOf } from './storms.ts';
import type { Telling } from './telling.ts';
import { type SitesSeen, Watch } from './watch.ts';

/** What went wrong somewhere, since when, and who looks after it. */
export interface Incidents {
  readonly commands: Handlers<keyof typeof specs>;
  readonly replay: Replay;
  /**
   * Adds what follows from observations of one site to `unit`, which the caller hands to the commit in the same turn. What
   * is seen at once is judged in one step.
   */
  observe(unit: Unit, ...observations: Observation[]): void;
  /** The same for a fresh report, after everything else that was seen in it. */
  observeReport(unit: Unit, report: FreshReport): void;
  /** The same for other rules of a site, once the unit that brings them is durable. */
  rulesChanged(siteId: string): Promise<void>;
  /** Lets time pass; called every few seconds. */
  pass(): Promise<void>;
  /** How many incidents of a site are not over, without those that another one explains. */
  openCount(siteId: string): number;
  /** The worst of these. */
  worst(siteId: string): CommandOutput<'site.list'>['sites'][number]['worst'];
  /** What was wrong at a site in a span: for curves. */
  between(siteId: string, from: number, to: number): Promise<CommandOutput<'series.wan'>['incidents']>;
  /** An incident as it is now, as cards show it. */
  incident(incidentId: string): Promise<Incident | undefined>;
}

/** The storm that went on when Nester ended: also one of which nobody had been told yet. */
async function unfinishedStorm(db: Kysely<Tables>, last: StormTable | undefined): Promise<StormTable | undefined> {
  if (last?.ended_at === null) return last;
  const [first] = await storming(db, last ? last.ended_at + 1 : 0);
  return first && { storm_id: newId(), began_at: first.opened_at, ended_at: null };
}

/** Opens the room: reads what is not over, and what may become an incident. */
export async function openIncidents(parts: {
  store: Store;
  committer: Committer;
  log: Log;
  now: () => number;
  sites: SitesSeen;
  telling: Telling;
  /** The end of the maintenance that is under way at a site; null when none is. */
  maintenanceUntil(siteId: string, at: number): number | null;
  /** An account that may see to incidents. */
  keeper(userId: string): { name: string } | undefined;
}): Promise<Incidents> {
  const { store, committer, sites, now, telling } = parts;
  const db = store.read;
  const present = ({ toldAt: _told, remindedAt: _reminded, ...record }: IncidentRecord): Incident => {
    const site = sites.site(record.siteId);
    return { ...record, siteCode: site?.code ?? '?', siteName: site?.name ?? '?' };
  };
  const last = await lastStorm(db);
  const storms = new Storms(newId, await tellableTimes(db, now() - minuteMs), await unfinishedStorm(db, last));
  const written = new Set(last ? [last.storm_id] : []);
  const changes = { db, log: parts.log, now, telling, present };
  const watch = new Watch({ ...changes, committer, sites, storms, maintenanceUntil: parts.maintenanceUntil }, await loadWatches(db, now()));

  /** Sums a storm up: when it began, and when it is over. */
  async function tellStorm(): Promise<void> {
    const storm = storms.current;
    if (!storm) return;
    const isOver = storms.isCalm(now());
    if (written.has(storm.storm_id) && !isOver) return;
    const unit = new Unit();
    if (!written.has(storm.storm_id)) unit.insert('storm', { ...storm, ended_at: isOver ? now() : null });
    else unit.run(endStormQuery(db, storm.storm_id, now()));
    const name = (siteId: string) => ({ code: sites.site(siteId)?.code ?? '?', name: sites.site(siteId)?.name ?? '?' });
    const rows = await storming(db, storm.began_at);
    telling.stageStorm(unit, summaryOf(storm, isOver ? now() : null, rows, name));
    await committer.commit(unit);
    written.add(storm.storm_id);
    if (isOver) storms.end();
    parts.log.warning('INCIDENT', isOver ? 'Storm of incidents is over' : 'Storm of incidents: they are summed up', {
      incidents: rows.length,
    });
  }

  return {
    commands: { ...incidentCommands({ ...changes, store, watch, sites, keeper: parts.keeper }), ...incidentExportCommands(changes) },
    async replay(trx, missed) {
      const own = missed.filter(({ name }) => name === 'incident.opened' || name === 'incident.updated');
      const records = await incidentsByIds(
        trx,
        own.map(({ ids }) => ids.incidentId!),
      );
      const bodies = new Map<number, Record<string, unknown>>();
      for (const { seq, ids } of own) {
        const record = records.get(ids.incidentId!);
        if (record) bodies.set(seq, { incident: present(record) });
      }
      return bodies;
    },
    observe(unit, ...observations) {
      const [first] = observations;
      if (!first) return;
      const inputs = observations.map(seen);
      watch.apply(unit, first.siteId, draft => {
        for (const input of inputs) input(draft);
      });
    },
    observeReport(unit, report) {
      watch.apply(unit, report.siteId, reported(report));
    },
    async rulesChanged(siteId) {
      await watch.act(siteId, [rulesChanged]);
    },
    async pass() {
      await watch.pass();
      await tellStorm();
    },
    openCount: siteId => watch.openCount(siteId),
    worst(siteId) {
      const record = watch.worst(siteId);
      if (!record) return null;
      const { incidentId, rule, severity, subject, openedAt } = record;
      return { incidentId, rule, severity, subject, openedAt };
    },
    async between(siteId, from, to) {
      const records = await incidentsBetween(db, siteId, from, to);
      return records.map(({ incidentId, rule, severity, subject, openedAt, resolvedAt }) => ({
        incidentId,
        rule,
        severity,
        subject,
        openedAt,
        resolvedAt,
      }));
    },
    async incident(incidentId) {
      const record = (await incidentsByIds(db, [incidentId])).get(incidentId);
      return record && present(record);
    },
  };
}
