import type { KeyObject } from 'node:crypto';
import { type IncidentRules, keptIncidentRules, keptPolicy, type Policy, type Probe, type Site } from '@aerie/contract';
import type { ProbeTable, SiteTable } from '../store/schema.ts';
import { cloneOf, separationOf } from './clone-marks.ts';
import type { DeviceBook } from './device-book.ts';
import { publicKeyOf } from './enrolment.ts';
import type { Standing } from './parts.ts';
import { type Hearing, hearingOf } from './states.ts';

/** A site as it stands in the store, and what is only in memory. */
export interface SiteRecord {
  row: SiteTable;
  policy: Policy;
  rules: IncidentRules;
  /** Since when its link has been slow, by the reports since the start; null: it is not. */
  slowSince: number | null;
  readonly probes: ProbeRecord[];
  /** Read at the first report. */
  devices: DeviceBook | undefined;
  /** Changes of one site are made one after the other: each sees what the one before it left. */
  turn: Promise<unknown>;
}

export interface ProbeRecord {
  readonly site: SiteRecord;
  /** Fields that it says of itself reach the store a little later. */
  row: ProbeTable;
  readonly key: KeyObject;
  connectionId: string | undefined;
  /** What its uploads are told by while that connection lives; undefined: by their signatures. */
  reportKey: { connectionId: string; key: KeyObject } | undefined;
  /** A policy that it does not follow, and why. */
  refusedPolicy: Probe['refusedPolicy'];
  /** Reports that it dropped unsent since it was started. */
  spoolDropped: number;
  /** How far its scan is. */
  scan: Probe['scan'];
  /** Since Nester started. */
  heardAt: number | undefined;
  /** Since when it has been heard without a silence. */
  presentSince: number | undefined;
  /** The end of its newest report that came since the start. */
  reportedAt: number | undefined;
  /** What incidents were last told of it; undefined when not since the start. */
  toldSilent: boolean | undefined;
  /** Its row in the store is older than `row`. */
  isDirty: boolean;
}

/** Sites and probes in memory: what ingest and heartbeats look at without reading the store. */
export class Ledger {
  readonly startedAt: number;
  readonly #sites = new Map<string, SiteRecord>();
  readonly #byCode = new Map<string, SiteRecord>();
  readonly #probes = new Map<string, ProbeRecord>();

  constructor(sites: readonly SiteTable[], probes: readonly ProbeTable[], startedAt: number) {
    this.startedAt = startedAt;
    for (const row of sites) this.addSite(row);
    for (const row of probes) this.addProbe(row);
  }

  sites(): IterableIterator<SiteRecord> {
    return this.#sites.values();
  }

  probes(): IterableIterator<ProbeRecord> {
    return this.#probes.values();
  }

  site(siteId: string): SiteRecord | undefined {
    return this.#sites.get(siteId);
  }

  siteByCode(code: string): SiteRecord | undefined {
    return this.#byCode.get(code);
  }

  probe(probeId: string): ProbeRecord | undefined {
    return this.#probes.get(probeId);
  }

  addSite(row: SiteTable): SiteRecord {
    const record: SiteRecord = {
      row,
      policy: keptPolicy(row.policy),
      rules: keptIncidentRules(row.rules),
      slowSince: row.why === 'wan_latency' ? 0 : null,
      probes: [],
      devices: undefined,
      turn: Promise.resolve(),
    };
    this.#sites.set(row.site_id, record);
    this.#byCode.set(row.code, record);
    return record;
  }

  addProbe(row: ProbeTable): void {
    const record = this.newProbe(row);
    if (record) this.admit(record);
  }

  /** A record of a probe that does not count yet; undefined when its site or its key is none. */
  newProbe(row: ProbeTable): ProbeRecord | undefined {
    const site = this.#sites.get(row.site_id);
    const key = publicKeyOf(row.public_key);
    if (!site || !key) return undefined;
    const nothing = {
      connectionId: undefined,
      reportKey: undefined,
      refusedPolicy: null,
      spoolDropped: 0,
      scan: null,
      heardAt: undefined,
      presentSince: undefined,
      toldSilent: undefined,
      reportedAt: undefined,
    };
    return { site, row, key, isDirty: false, ...nothing };
  }

  admit(record: ProbeRecord): void {
    record.site.probes.push(record);
    this.#probes.set(record.row.probe_id, record);
  }

  hearing(probe: ProbeRecord, now: number): Hearing {
    // Heard in a time to come: the clock was set back. From this look on its silence counts again.
    if (probe.heardAt !== undefined && probe.heardAt > now) probe.heardAt = now;
    const { heardAt, row, site } = probe;
    return hearingOf({
      heardAt,
      lastContactAt: row.last_contact_at,
      startedAt: Math.min(this.startedAt, now),
      heartbeatMs: site.policy.heartbeatMs,
      now,
    });
  }
}

/** Does work for a site when all that was begun for it before is done. */
export function inTurn<T>(site: SiteRecord, work: () => Promise<T>): Promise<T> {
  const done = site.turn.then(work, work);
  // Whoever waits for `done` hears of a failure; the next in turn only waits.
  site.turn = done.catch(() => undefined);
  return done;
}

/** The probes that may speak for a site. */
export function activeProbes(site: SiteRecord): ProbeRecord[] {
  return site.probes.filter(probe => probe.row.revoked_at === null);
}

/** A site as the list shows it. `row` may be newer, or older, than what is in memory. */
export function siteOf(row: SiteTable, record: SiteRecord | undefined, standing: Standing): Site {
  const active = record ? activeProbes(record) : [];
  const last = active.reduce<ProbeRecord | undefined>(
    (a, b) => ((b.row.last_contact_at ?? 0) >= (a?.row.last_contact_at ?? 0) ? b : a),
    undefined,
  );
  const heard = Math.max(row.last_contact_at ?? 0, last?.row.last_contact_at ?? 0);
  return {
    siteId: row.site_id,
    code: row.code,
    name: row.name,
    state: row.state as Site['state'],
    why: row.why as Site['why'],
    since: row.since,
    devicesUp: row.devices_up,
    devicesKnown: row.devices_known,
    wanMedianMs: row.wan_median_ms,
    wanLoss: row.wan_loss,
    lastContactAt: heard > 0 ? heard : null,
    lastReportAt: row.last_report_at,
    probeVersion: last?.row.version ?? null,
    group: row.group_name,
    zone: row.zone,
    latitude: row.latitude,
    longitude: row.longitude,
    channelId: row.channel_id,
    ...standing,
  };
}

export function probeOf({ row, connectionId, refusedPolicy, spoolDropped, scan }: ProbeRecord): Probe {
  const clone = cloneOf(row);
  return {
    probeId: row.probe_id,
    name: row.name,
    version: row.version,
    connected: connectionId !== undefined,
    enrolledAt: row.enrolled_at,
    lastContactAt: row.last_contact_at,
    revokedAt: row.revoked_at,
    policyVersion: row.policy_version,
    spoolDepth: row.spool_depth,
    spoolDropped,
    clockSkewMs: row.clock_skew_ms,
    networks: JSON.parse(row.networks),
    address: row.address,
    refusedPolicy,
    scan: connectionId === undefined ? null : scan,
    clone: clone && { ...clone, separated: separationOf(row)?.machine === clone.machine },
  };
}
