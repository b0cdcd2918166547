import type { intakeCommands as specs } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import type { Sites } from '../sites/room.ts';
import { Inbox } from './inbox.ts';
import { intakeCommands, type Shared } from './intake.commands.ts';
import { allAliases } from './intake.store.ts';
import { judge } from './judging.ts';
import type { IntakeParts, IntakeSites } from './parts.ts';
import { Reader } from './reader.ts';
import { Taker } from './taker.ts';

/** Lists are told to be read again at most this often. */
const tellEveryMs = 1_000;

/** Files that people and programs drop. */
export interface Intake {
  readonly commands: Handlers<keyof typeof specs>;
  /** Looks through the inbox, and from then on watches it. */
  sweep(): Promise<void>;
  /** Resolves when what goes on after an answer is done. */
  idle(): Promise<void>;
  /** Ends what was begun, and takes up nothing more. */
  stop(): Promise<void>;
}

/** Opens the room. Nothing is taken up before the first sweep. */
export async function openIntake(given: Omit<IntakeParts, 'sites'> & { sites: Sites }): Promise<Intake> {
  const parts: IntakeParts = { ...given, sites: sitesSeenBy(given.sites) };
  const aliases = new Map((await allAliases(parts.store.read)).map(({ alias, site_id: siteId }) => [alias, siteId]));
  const keys = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  const changed = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      parts.bus.publish('whispered', { topic: 'sites', event: 'intake.changed', body: {} });
    }, tellEveryMs);
  };
  const taker = new Taker(parts, changed);
  const reader = new Reader(given.reader);
  const shared: Shared = {
    ...parts,
    aliases,
    taker,
    judge: (found, about) => judge(found, about, { sites: parts.sites, aliases, keys, read: (bytes, name) => reader.read(bytes, name) }),
  };
  const inbox = new Inbox(shared);
  const { commands, whenIdle } = intakeCommands(shared);
  return {
    commands,
    sweep: () => inbox.sweep(),
    idle: whenIdle,
    async stop() {
      const stopped = inbox.stop();
      // A file that is being read stays where it lies.
      reader.stop();
      await stopped;
      await whenIdle();
      clearTimeout(timer);
    },
  };
}

function sitesSeenBy(sites: Sites): IntakeSites {
  const place = (siteId: string | undefined) => {
    const site = siteId === undefined ? undefined : sites.site(siteId);
    return site && { siteId: siteId!, code: site.code, name: site.name, zone: site.zone };
  };
  return {
    place,
    placeByCode: code => place(sites.siteIdOf(code)),
    places: () => sites.siteIds().map(siteId => place(siteId)!),
    placeOfProbe: probeId => place(sites.probe(probeId)?.siteId),
    siteOfReport: reportId => sites.siteOfReport(reportId),
    takeFile: file => sites.takeFileReport(file),
  };
}
