import {
  type deviceCommands as deviceSpecs,
  firstIncidentRules,
  type IncidentRules,
  type Policy,
  type reportCommands as reportSpecs,
  type siteCommands as specs,
} from '@aerie/contract';
import type { Handlers } from '../context.ts';
import type { Replay } from '../store/log.ts';
import type { SiteTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { stageSite } from './changes.ts';
import { Clones } from './clones.ts';
import { Contacts } from './contacts.ts';
import { deviceExportCommands } from './device-export.commands.ts';
import { deviceCommands } from './devices.commands.ts';
import { forgetHistoryQuery } from './devices.store.ts';
import { enrolmentCommands } from './enrolment.commands.ts';
import { type FileReport, Ingest, type ProbeUpload, type Receipt } from './ingest.ts';
import { activeProbes, inTurn, Ledger, siteOf } from './ledger.ts';
import type { Shared, SitesParts } from './parts.ts';
import { probeCommands } from './probes.commands.ts';
import { allProbes } from './probes.store.ts';
import { reportCommands } from './reports.commands.ts';
import { forgetSweepsQuery, senderOf } from './reports.store.ts';
import { siteCommands } from './sites.commands.ts';
import { allSites, sitesByIds } from './sites.store.ts';

const keepHistoryMs = 2 * 365 * 86_400_000;
/** There is a sweep a minute, and what it said stands in devices and series. */
const keepSweepsMs = 2 * 86_400_000;

/** Sites, their probes and what these report. */
export interface Sites {
  readonly commands: Handlers<Exclude<keyof typeof specs, 'site.curves'> | keyof typeof reportSpecs | keyof typeof deviceSpecs>;
  readonly replay: Replay;
  /**
   * Takes a report in; resolves when it is on disk.
   * @returns `accepted` false when this report was there already
   */
  ingest(upload: ProbeUpload): Promise<Receipt>;
  /** The same for a report that came as a file. */
  takeFileReport(file: FileReport): Promise<Receipt>;
  /** Whether a probe of that id may send anything at all. */
  mayReport(probeId: string): boolean;
  /** A probe that was not revoked, and the policy that it is to follow. */
  probe(probeId: string): { siteId: string; siteCode: string; name: string; policy: Policy; connectionId: string | undefined } | undefined;
  /** All sites that there are now. */
  siteIds(): readonly string[];
  /** How a site is called now. */
  site(siteId: string): Pick<SiteTable, 'code' | 'name' | 'group_name' | 'zone' | 'channel_id'> | undefined;
  siteIdOf(code: string): string | undefined;
  /** Of which site a report is. */
  siteOfReport(reportId: string): Promise<string | undefined>;
  /** What makes an incident at a site. */
  rules(siteId: string): IncidentRules;
  /** The probes that speak for a site: not those that were shut out, nor those that never came. */
  activeProbes(siteId: string): readonly string[];
  /** Does work for a site when all that was begun for it before is done. */
  inTurn<T>(siteId: string, work: () => Promise<T>): Promise<T>;
  /** Adds to a unit what a change of its incidents changes in how a site looks; in its turn. */
  stageSite(unit: Unit, siteId: string): void;
  /** Looks for silent probes and stale sites, and writes when probes were heard; called every few seconds. */
  checkSilence(): Promise<void>;
  /** Forgets sweeps that are two days old. */
  forgetSweeps(): Promise<void>;
  /** Forgets what happened to devices two years ago. */
  forgetHistory(): Promise<void>;
  stop(): void;
}

/** Opens the room: reads what sites and probes there are. */
export async function openSites(parts: SitesParts): Promise<Sites> {
  const { store } = parts;
  const ledger = new Ledger(await allSites(store.read), await allProbes(store.read), parts.now());
  const contacts = new Contacts({ ...parts, ledger });
  const clones = new Clones({ ...parts, ledger, contacts });
  const shared: Shared = { ...parts, ledger, contacts, clones };
  const ingest = new Ingest(shared);
  return {
    commands: {
      ...siteCommands(shared),
      ...enrolmentCommands(shared),
      ...probeCommands(shared),
      ...reportCommands(shared),
      ...deviceCommands(shared),
      ...deviceExportCommands(shared),
    },
    replay: replayOf(shared),
    ingest: upload => ingest.take(upload),
    takeFileReport: file => ingest.takeFile(file),
    mayReport: probeId => ledger.probe(probeId)?.row.revoked_at === null,
    probe(probeId) {
      const probe = ledger.probe(probeId);
      if (!probe || probe.row.revoked_at !== null) return undefined;
      const { site, row, connectionId } = probe;
      return { siteId: row.site_id, siteCode: site.row.code, name: row.name, policy: site.policy, connectionId };
    },
    site: siteId => ledger.site(siteId)?.row,
    siteIdOf: code => ledger.siteByCode(code)?.row.site_id,
    siteOfReport: async reportId => (await senderOf(store.read, reportId))?.site_id,
    rules: siteId => ledger.site(siteId)?.rules ?? firstIncidentRules,
    activeProbes(siteId) {
      const site = ledger.site(siteId);
      return site ? activeProbes(site).flatMap(({ row }) => (row.last_contact_at === null ? [] : row.probe_id)) : [];
    },
    inTurn(siteId, work) {
      const site = ledger.site(siteId);
      return site ? inTurn(site, work) : work();
    },
    stageSite(unit, siteId) {
      const site = ledger.site(siteId);
      if (site) stageSite(shared, unit, site);
    },
    siteIds: () => Array.from(ledger.sites(), ({ row }) => row.site_id),
    checkSilence: () => contacts.checkSilence(),
    async forgetSweeps() {
      await parts.committer.commit(new Unit().run(forgetSweepsQuery(store.read, parts.now() - keepSweepsMs)));
    },
    async forgetHistory() {
      await parts.committer.commit(new Unit().run(forgetHistoryQuery(store.read, parts.now() - keepHistoryMs)));
    },
    stop() {
      contacts.stop();
      clones.stop();
    },
  };
}

const names: ReadonlySet<string> = new Set(['site.created', 'site.updated', 'report.accepted', 'device.changed']);

function replayOf({ ledger, standing }: Shared): Replay {
  return async (db, missed) => {
    const own = missed.filter(({ name }) => names.has(name));
    const rows = await sitesByIds(db, [...new Set(own.map(({ ids }) => ids.siteId!))]);
    const sites = new Map(rows.map(row => [row.site_id, siteOf(row, ledger.site(row.site_id), standing(row.site_id))]));
    const bodies = new Map<number, Record<string, unknown>>();
    for (const { seq, name, ids } of own) {
      const site = sites.get(ids.siteId!);
      if (site) bodies.set(seq, name === 'report.accepted' || name === 'device.changed' ? ids : { site });
    }
    return bodies;
  };
}
