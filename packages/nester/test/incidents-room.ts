import { ensureBot } from '../src/accounts/bots.ts';
import { Directory } from '../src/accounts/directory.ts';
import { Announcements } from '../src/chat/announcements.ts';
import { openRoster } from '../src/chat/room.ts';
import type { Roster } from '../src/chat/roster.ts';
import type { Observation } from '../src/incidents/observation.ts';
import { type Incidents, openIncidents } from '../src/incidents/room.ts';
import { type Area, type Fields, type Level, logLine } from '../src/log.ts';
import { channelMessages } from '../src/notify/channel-message.ts';
import { Outbox, type OutboxParts } from '../src/notify/outbox.ts';
import { Committer } from '../src/store/commit.ts';
import { readHead } from '../src/store/log.ts';
import type { IncidentTable, MessageTable, OutboxTable } from '../src/store/schema.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { type CommittedEvent, Unit } from '../src/store/unit.ts';
import type { TestDatabase } from './databases.ts';

/** The incidents room with its outbox and the channels that it speaks in, over a real store. Opened again it is a restart. */
export interface IncidentsRoom {
  readonly store: Store;
  readonly committer: Committer;
  readonly incidents: Incidents;
  readonly outbox: Outbox;
  readonly roster: Roster;
  readonly events: CommittedEvent[];
  readonly lines: string[];
  now: number;
  /** A unit of an observer: only what follows from these observations. */
  observed(...seen: Observation[]): Unit;
  rows(): Promise<IncidentTable[]>;
  outboxRows(): Promise<OutboxTable[]>;
  /** What the bot has said in `#supervision`, oldest first. */
  said(): Promise<MessageTable[]>;
  close(): Promise<void>;
}

export function silent(isBad: boolean, fields: Partial<Observation> = {}): Observation {
  return { siteId: 's1', rule: 'probe.silent', subjectId: 'p1', subject: 'vm-1', isBad, detail: { lastContactAt: 5 }, ...fields };
}

/**
 * @param around wraps what tells an incident, to make it fail
 * @param wakes whether the outbox is woken by what is committed, as in a running Nester
 */
export async function openIncidentsRoom(
  database: TestDatabase,
  { around = tell => tell, wakes = true }: { around?: (tell: OutboxParts['tell']) => OutboxParts['tell']; wakes?: boolean } = {},
): Promise<IncidentsRoom> {
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
  const events: CommittedEvent[] = [];
  committer.onApplied(more => events.push(...more));
  const roster = await openRoster(store, committer, () => 0);
  const bot = await ensureBot({ committer, directory: await Directory.load(store.read), now: () => 0 }, 'watch');
  const announcements = new Announcements({ store, committer, roster, now });
  const site = (siteId: string) => (siteId === 's1' ? { code: 'NE', name: 'Patriots' } : { code: 'X', name: siteId });
  const incidents = await openIncidents({ store, committer, log, now, site, wake: () => wakes && outbox.wake() });
  const outbox = new Outbox({
    store,
    committer,
    log,
    now,
    random: () => 1,
    incident: incidentId => incidents.incident(incidentId),
    tell: around(channelMessages(announcements, { bot, channel: 'supervision', language: 'fr', timeZone: 'UTC' })),
  });
  const room: IncidentsRoom = {
    store,
    committer,
    incidents,
    outbox,
    roster,
    events,
    lines,
    get now() {
      return time;
    },
    set now(at) {
      time = at;
    },
    observed(...seen) {
      const unit = new Unit();
      for (const one of seen) incidents.observe(unit, one);
      return unit;
    },
    rows: () => store.read.selectFrom('incident').selectAll().orderBy('opened_at').orderBy('incident_id').execute(),
    outboxRows: () => store.read.selectFrom('outbox').selectAll().orderBy('created_at').orderBy('outbox_id').execute(),
    said: () => store.read.selectFrom('message').selectAll().where('author_id', '=', bot.userId).orderBy('seq').execute(),
    async close() {
      await outbox.stop();
      await committer.stop();
      await store.close();
    },
  };
  return room;
}
