import type { CommandOutput, Incident } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import type { Log } from '../log.ts';
import type { Committer } from '../store/commit.ts';
import type { Replay } from '../store/log.ts';
import type { Store } from '../store/store.ts';
import type { Unit } from '../store/unit.ts';
import type { ChangeParts } from './changes.ts';
import { incidentExportCommands } from './incident-export.commands.ts';
import { type IncidentNames, incidentCommands } from './incidents.commands.ts';
import { incidentsBetween, incidentsByIds, unresolvedIncidents } from './incidents.store.ts';
import type { IncidentRecord } from './machine.ts';
import type { Observation } from './observation.ts';
import { OpenIncidents } from './open-incidents.ts';
import { Watch } from './watch.ts';

/** What went wrong somewhere, since when, and who looks after it. */
export interface Incidents {
  readonly commands: Handlers<IncidentNames | 'incident.export'>;
  readonly replay: Replay;
  /** Adds what follows from an observation to `unit`, which the caller hands to the commit in the same turn. */
  observe(unit: Unit, observation: Observation): void;
  /** How many incidents of a site are not resolved. */
  openCount(siteId: string): number;
  /** What was wrong at a site in a span: for curves. */
  between(siteId: string, from: number, to: number): Promise<CommandOutput<'series.wan'>['incidents']>;
  /** An incident as it is now, as cards show it. */
  incident(incidentId: string): Promise<Incident | undefined>;
}

/** Opens the room: reads what is not resolved. */
export async function openIncidents(parts: {
  store: Store;
  committer: Committer;
  log: Log;
  now: () => number;
  /** How a site is called now. */
  site: (siteId: string) => { code: string; name: string } | undefined;
  /** There is something to be told. */
  wake: () => void;
}): Promise<Incidents> {
  const { store, committer } = parts;
  const open = new OpenIncidents(await unresolvedIncidents(store.read));
  committer.onApplied(events => {
    if (open.apply(events)) parts.wake();
  });
  const present = (record: IncidentRecord): Incident => {
    const site = parts.site(record.siteId);
    return { ...record, folded: 0, siteCode: site?.code ?? '?', siteName: site?.name ?? '?' };
  };
  const changes: ChangeParts = { db: store.read, log: parts.log, now: parts.now, present };
  const watch = new Watch(open, { ...changes, committer });
  return {
    commands: { ...incidentCommands(open, changes), ...incidentExportCommands(changes) },
    async replay(db, missed) {
      const own = missed.filter(({ name }) => name === 'incident.opened' || name === 'incident.updated');
      const records = await incidentsByIds(
        db,
        own.map(({ ids }) => ids.incidentId!),
      );
      const bodies = new Map<number, Record<string, unknown>>();
      for (const { seq, ids } of own) {
        const record = records.get(ids.incidentId!);
        if (record) bodies.set(seq, { incident: present(record) });
      }
      return bodies;
    },
    observe: (unit, observation) => watch.observe(unit, observation),
    openCount: siteId => watch.openCount(siteId),
    async between(siteId, from, to) {
      const records = await incidentsBetween(store.read, siteId, from, to);
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
      const record = (await incidentsByIds(store.read, [incidentId])).get(incidentId);
      return record && present(record);
    },
  };
}
