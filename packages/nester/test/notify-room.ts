import type { CommandInput, CommandName, CommandOutput, Incident } from '@aerie/contract';
import { commands } from '@aerie/contract';
import { ensureBot } from '../src/accounts/bots.ts';
import { Directory } from '../src/accounts/directory.ts';
import { localBus } from '../src/bus/bus.ts';
import { Announcements } from '../src/chat/announcements.ts';
import { openRoster } from '../src/chat/room.ts';
import type { Roster } from '../src/chat/roster.ts';
import type { Act, Caller, Ctx, Handlers } from '../src/context.ts';
import type { Storm, Told } from '../src/incidents/telling.ts';
import { type Area, type Fields, type Level, logLine } from '../src/log.ts';
import { type Notify, type NotifyParts, openNotify } from '../src/notify/room.ts';
import type { TellableSite } from '../src/notify/routes.ts';
import { openSecrets, type Secrets } from '../src/secrets/room.ts';
import { Committer } from '../src/store/commit.ts';
import { readHead } from '../src/store/log.ts';
import type { DeliveryTable, MessageTable } from '../src/store/schema.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { Unit } from '../src/store/unit.ts';
import type { TestDatabase } from './databases.ts';

type Own = keyof Notify['commands'] | keyof Secrets['commands'];

/** The notify room over a real store, with the channels and the secrets that it needs. Opened again it is a restart. */
export interface NotifyRoom {
  readonly store: Store;
  readonly committer: Committer;
  readonly notify: Notify;
  readonly roster: Roster;
  readonly lines: string[];
  readonly acts: Act[];
  /** What incidents are now; a test changes them. */
  readonly incidents: Map<string, Incident>;
  readonly sites: Map<string, TellableSite>;
  now: number;
  /** Resolves when those who look at deliveries are next told that they changed. */
  changed(): Promise<void>;
  /** Keeps an incident as it is now, and stages what became of it. Resolves when what is due was told, or failed. */
  tell(incident: Incident, what: Told): Promise<void>;
  /** Only makes it durable. */
  stage(incident: Incident, what: Told): Promise<void>;
  storm(storm: Storm): Promise<void>;
  call<K extends Own & CommandName>(name: K, input: CommandInput<K>): Promise<CommandOutput<K>>;
  rows(): Promise<DeliveryTable[]>;
  /** What the bot has said, oldest first. */
  said(): Promise<MessageTable[]>;
  close(): Promise<void>;
}

export function anIncident(fields: Partial<Incident> = {}): Incident {
  return {
    incidentId: 'i1',
    siteId: 's1',
    siteCode: 'NE',
    siteName: 'Patriots',
    rule: 'probe.silent',
    severity: 'critical',
    subject: 'vm-1',
    subjectId: 'p1',
    state: 'open',
    openedAt: 1_000_000,
    acknowledgedAt: null,
    acknowledgedBy: null,
    assigneeId: null,
    assignee: null,
    snoozedUntil: null,
    resolvedAt: null,
    resolvedBy: null,
    parentId: null,
    folded: 0,
    firings: 1,
    pausedUntil: null,
    quiet: null,
    detail: { lastContactAt: 5 },
    ...fields,
  };
}

export function over(incident: Incident, at = 2_000_000): Incident {
  return { ...incident, state: 'resolved', resolvedAt: at };
}

export async function openNotifyRoom(
  database: TestDatabase,
  { around, ca, keyFile = `${database.folder}/secret.key` }: Pick<NotifyParts, 'around' | 'ca'> & { keyFile?: string } = {},
): Promise<NotifyRoom> {
  const store = await openStore(database);
  const fail = (error: unknown) => {
    throw error;
  };
  let time = 1_000_000;
  const now = () => time;
  const committer = new Committer(store, (await readHead(store.read)).seq, now, fail);
  const lines: string[] = [];
  const write = (level: Level) => (area: Area, sentence: string, fields?: Fields) => {
    lines.push(logLine(0, level, area, sentence, fields).split(' ').slice(1).join(' ').trimEnd());
  };
  const log = { info: write('INFO'), warning: write('WARNING'), error: write('ERROR') };
  const roster = await openRoster(store, committer, () => 0);
  const bot = await ensureBot({ committer, directory: await Directory.load(store.read), now: () => 0 }, 'watch');
  const incidents = new Map<string, Incident>();
  const sites = new Map<string, TellableSite>([
    ['s1', { code: 'NE', name: 'Patriots', group_name: 'East', zone: 'UTC', channel_id: null }],
    ['s2', { code: 'KC', name: 'Chiefs', group_name: 'West', zone: 'UTC', channel_id: null }],
  ]);
  const secrets = await openSecrets({ store, file: keyFile, log });
  const bus = localBus(fail);
  const notify = await openNotify({
    store,
    committer,
    bus,
    log,
    now,
    secrets,
    announcements: new Announcements({ store, committer, roster, now }),
    bot,
    publicUrl: () => 'https://aerie.example',
    site: siteId => sites.get(siteId),
    incident: async incidentId => incidents.get(incidentId),
    random: () => 1,
    ...(ca === undefined ? {} : { ca }),
    ...(around ? { around } : {}),
  });
  const acts: Act[] = [];
  const ctx: Ctx = {
    actor: { kind: 'user', userId: 'u1', name: 'Ada', role: 'admin', language: 'en', sessionId: 'x', deviceId: 'd' },
    caller: {} as Caller,
    db: store.read,
    log,
    now,
    commit: unit => committer.commit(unit),
    commitAct(unit, act) {
      acts.push(act);
      return committer.commit(unit);
    },
  };
  const handlers: Handlers<Own> = { ...notify.commands, ...secrets.commands };
  const stage = async (incident: Incident, what: Told) => {
    incidents.set(incident.incidentId, incident);
    const unit = new Unit();
    notify.stage(unit, incident, what);
    await committer.commit(unit);
  };
  return {
    store,
    committer,
    notify,
    roster,
    lines,
    acts,
    incidents,
    sites,
    get now() {
      return time;
    },
    set now(at) {
      time = at;
    },
    stage,
    changed: () =>
      new Promise(resolve => {
        const end = bus.subscribe('whispered', ({ event }) => {
          if (event !== 'delivery.changed') return;
          end();
          resolve();
        });
      }),
    async tell(incident, what) {
      await stage(incident, what);
      await notify.drain();
    },
    async storm(storm) {
      const unit = new Unit();
      notify.stageStorm(unit, storm);
      await committer.commit(unit);
      await notify.drain();
    },
    async call(name, input) {
      const handler = handlers[name] as (ctx: Ctx, request: unknown) => unknown;
      return (await handler(ctx, commands[name].input.parse(input))) as never;
    },
    rows: () => store.read.selectFrom('delivery').selectAll().orderBy('created_at').orderBy('delivery_id').execute(),
    said: () => store.read.selectFrom('message').selectAll().where('author_id', '=', bot.userId).orderBy('seq').execute(),
    async close() {
      await notify.stop();
      await committer.stop();
      await store.close();
    },
  };
}
