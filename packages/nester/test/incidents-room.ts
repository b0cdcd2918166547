import { firstIncidentRules } from '@aerie/contract';
import type { Act, Caller, Ctx } from '../src/context.ts';
import type { FreshReport, Observation } from '../src/incidents/observation.ts';
import { type Incidents, openIncidents } from '../src/incidents/room.ts';
import type { Storm, Told } from '../src/incidents/telling.ts';
import type { WatchRules } from '../src/incidents/verdicts.ts';
import { type Area, type Fields, type Level, logLine } from '../src/log.ts';
import { Committer } from '../src/store/commit.ts';
import { readHead } from '../src/store/log.ts';
import type { IncidentStepTable, IncidentTable, SymptomTable } from '../src/store/schema.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { type CommittedEvent, Unit } from '../src/store/unit.ts';
import type { TestDatabase } from './databases.ts';

/** The incidents room over a real store, with a clock and sites that tests set. Opened again it is a restart. */
export interface IncidentsRoom {
  readonly store: Store;
  readonly committer: Committer;
  readonly incidents: Incidents;
  readonly events: CommittedEvent[];
  readonly lines: string[];
  readonly acts: Act[];
  /** What was to be told, and is durable. */
  readonly told: { incidentId: string; subject: string; what: Told }[];
  readonly storms: Storm[];
  readonly rules: Map<string, WatchRules>;
  readonly probes: Map<string, readonly string[]>;
  /** Sites in maintenance, and until when. */
  readonly maintenance: Map<string, number>;
  now: number;
  /** A unit of an observer: only what follows from these observations. */
  observed(...seen: Observation[]): Unit;
  /** Observes, and makes it durable. */
  see(...seen: Observation[]): Promise<void>;
  report(fields?: Partial<FreshReport>): Promise<void>;
  /** Lets time go by. */
  pass(ms: number): Promise<void>;
  ctx(name?: string): Ctx;
  rows(): Promise<IncidentTable[]>;
  steps(): Promise<IncidentStepTable[]>;
  symptoms(): Promise<SymptomTable[]>;
  close(): Promise<void>;
}

/** A probe that is silent, or is not any more. */
export function silent(isBad: boolean, fields: Partial<Observation> = {}): Observation {
  return { siteId: 's1', rule: 'probe.silent', subjectId: 'p1', subject: 'vm-1', isBad, detail: { lastContactAt: 5 }, ...fields };
}

/** A server that is gone, or back. */
export function gone(isBad: boolean, fields: Partial<Observation> = {}): Observation {
  return {
    siteId: 's1',
    rule: 'device.gone',
    subjectId: 'd1',
    subject: 'files',
    isBad,
    detail: { address: '10.0.0.1' },
    marks: ['server'],
    ...fields,
  };
}

/**
 * Opens the room.
 * @param before the room before a restart, whose clock and sites go on
 */
export async function openIncidentsRoom(
  database: TestDatabase,
  before?: Pick<IncidentsRoom, 'now' | 'rules' | 'probes' | 'maintenance' | 'told' | 'storms'>,
): Promise<IncidentsRoom> {
  const store = await openStore(database);
  const fail = (error: unknown) => {
    throw error;
  };
  const now = () => room.now;
  const committer = new Committer(store, (await readHead(store.read)).seq, now, fail);
  const lines: string[] = [];
  const write = (level: Level) => (area: Area, sentence: string, fields?: Fields) => {
    lines.push(logLine(0, level, area, sentence, fields).split(' ').slice(1).join(' ').trimEnd());
  };
  const log = { info: write('INFO'), warning: write('WARNING'), error: write('ERROR') };
  const events: CommittedEvent[] = [];
  committer.onApplied(more => events.push(...more));
  const turns = new Map<string, Promise<unknown>>();
  const room: IncidentsRoom = {
    store,
    committer,
    incidents: undefined as unknown as Incidents,
    events,
    lines,
    acts: [],
    told: before?.told ?? [],
    storms: before?.storms ?? [],
    rules: before?.rules ?? new Map(),
    probes: before?.probes ?? new Map(),
    maintenance: before?.maintenance ?? new Map(),
    now: before?.now ?? 1_000_000,
    observed(...seen) {
      const unit = new Unit();
      for (const one of seen) room.incidents.observe(unit, one);
      return unit;
    },
    async see(...seen) {
      await committer.commit(room.observed(...seen));
    },
    async report(fields = {}) {
      const unit = new Unit();
      room.incidents.observeReport(unit, { siteId: 's1', probeId: 'p1', machine: 'vm-1', kind: 'full', wan: undefined, ...fields });
      await committer.commit(unit);
    },
    async pass(ms) {
      room.now += ms;
      await room.incidents.pass();
    },
    ctx: (name = 'Ada') => ({
      actor: {
        kind: 'user',
        userId: name === 'Ada' ? 'u1' : name,
        name,
        role: 'technician',
        language: 'en',
        sessionId: 'x',
        deviceId: 'd',
      },
      caller: {} as Caller,
      db: store.read,
      log,
      now,
      commit: unit => committer.commit(unit),
      commitAct(unit, act) {
        room.acts.push(act);
        return committer.commit(unit);
      },
    }),
    rows: () => store.read.selectFrom('incident').selectAll().orderBy('opened_at').orderBy('incident_id').execute(),
    steps: () => store.read.selectFrom('incident_step').selectAll().orderBy('step_id').execute(),
    symptoms: () => store.read.selectFrom('symptom').selectAll().orderBy('since').execute(),
    async close() {
      await committer.stop();
      await store.close();
    },
  };
  const incidents = await openIncidents({
    store,
    committer,
    log,
    now,
    sites: {
      site: siteId => (siteId === 's1' ? { code: 'NE', name: 'Patriots' } : { code: siteId.toUpperCase(), name: siteId }),
      rules: siteId => room.rules.get(siteId) ?? firstIncidentRules,
      activeProbes: siteId => room.probes.get(siteId) ?? ['p1'],
      inTurn(siteId, work) {
        const done = (turns.get(siteId) ?? Promise.resolve()).then(work, work);
        turns.set(
          siteId,
          done.catch(() => undefined),
        );
        return done;
      },
      stageSite() {},
    },
    telling: {
      stage(unit, { incidentId, subject }, what) {
        unit.onSettled(written => {
          if (written) room.told.push({ incidentId, subject, what });
        });
      },
      stageStorm(unit, storm) {
        unit.onSettled(written => {
          if (written) room.storms.push(storm);
        });
      },
      deliveriesOf: async () => [],
    },
    maintenanceUntil: siteId => room.maintenance.get(siteId) ?? null,
    keeper: userId => (userId === 'u2' ? { name: 'Bo' } : undefined),
  });
  Object.assign(room, { incidents });
  return room;
}
