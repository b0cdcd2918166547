import { isDeepStrictEqual } from 'node:util';
import {
  AppError,
  firstIncidentRules,
  firstPolicy,
  type IncidentRules,
  keptIncidentRules,
  type MissingFact,
  type Report,
} from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { newId } from '../new-id.ts';
import { readHead } from '../store/log.ts';
import type { DevicePortTable, DeviceTable, SiteTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { byAddress } from './addresses.ts';
import { stageSite } from './changes.ts';
import { devicesOf, portsOf } from './devices.store.ts';
import { deviceOf } from './devices.ts';
import { inTurn, probeOf, type SiteRecord, siteOf } from './ledger.ts';
import type { Shared } from './parts.ts';
import { changedPolicy, isZone } from './policy.ts';
import { newestReport, reportById } from './reports.store.ts';
import { keptReport, summaryOf } from './reports.ts';
import { wanSince } from './series.store.ts';
import { pointsOf } from './series.ts';
import { allSites, siteById } from './sites.store.ts';
import { newSiteRow } from './sites.ts';
import { worstFirst } from './states.ts';
import { cleanText } from './texts.ts';

/** The series of a site's page: a day. */
const seriesMs = 86_400_000;

type Names = 'site.list' | 'site.show' | 'site.create' | 'site.update' | 'site.setPolicy';

export function siteCommands(shared: Shared): Handlers<Names> {
  const { store, ledger } = shared;
  return {
    async 'site.list'() {
      const { seq, rows } = await store.dialect.readMoment(store.read, async trx => ({
        seq: (await readHead(trx)).seq,
        rows: await allSites(trx),
      }));
      const sites = rows.map(row => siteOf(row, ledger.site(row.site_id), shared.standing(row.site_id)));
      return { seq, sites: sites.sort(worstFirst) };
    },

    async 'site.show'(ctx, { siteId }) {
      const record = requireSite(shared, siteId);
      const read = await store.dialect.readMoment(store.read, async trx => {
        const row = await siteById(trx, siteId);
        return {
          seq: (await readHead(trx)).seq,
          row: row ?? record.row,
          devices: await devicesOf(trx, siteId),
          ports: await portsOf(trx, siteId),
          report: row?.last_report_id ? await reportById(trx, row.last_report_id) : undefined,
          newest: await newestReport(trx, siteId),
          samples: await wanSince(trx, siteId, ctx.now() - seriesMs),
        };
      });
      const site = siteOf(read.row, record, shared.standing(siteId));
      const scan = read.report && keptReport(read.report);
      const isSame = read.report?.report_id === read.newest?.report_id;
      const last = isSame ? scan : read.newest && keptReport(read.newest);
      return {
        seq: read.seq,
        site,
        policy: record.policy,
        probes: record.probes.map(probeOf),
        devices: present(record, read.devices, read.ports, site.state !== 'unknown'),
        lastReport: read.report ? summaryOf(read.report) : null,
        missing: isSame || !last ? (scan?.missing ?? []) : missingOf(scan, last),
        wan: last?.wan ?? [],
        dns: last?.dns ?? [],
        http: last?.http ?? [],
        series: pointsOf(read.samples),
        rules: keptIncidentRules(read.row?.rules ?? record.row.rules),
        maintenance: shared.maintenance(siteId),
      };
    },

    async 'site.create'(ctx, { code, name: typed, group, zone, latitude, longitude }) {
      const name = typedSiteName(typed);
      requireZone(zone);
      if (ledger.siteByCode(code)) throw new AppError('site_exists', { code });
      const row = newSiteRow({
        siteId: newId(),
        code,
        name,
        policy: firstPolicy,
        at: ctx.now(),
        group: cleanText(group).trim(),
        zone,
        latitude,
        longitude,
      });
      const siteId = row.site_id;
      const unit = new Unit().insert('site', row);
      unit.event('site.created', ['sites'], { siteId }, () => ({ site: siteOf(row, undefined, shared.standing(siteId)) }));
      unit.onSettled(written => {
        if (written) ledger.addSite(row);
      });
      try {
        await ctx.commitAct(unit, { action: 'site.create', subject: code, detail: { siteId, name } });
      } catch (error) {
        if (error instanceof AppError && error.code === 'conflict') throw new AppError('site_exists', { code });
        throw error;
      }
      return { siteId };
    },

    async 'site.update'(ctx, { siteId, name, group, zone, latitude, longitude, channelId, rules }) {
      const record = requireSite(shared, siteId);
      if (zone !== undefined) requireZone(zone);
      if (channelId && !shared.isTellable(channelId)) throw new AppError('not_found', { thing: 'channel' });
      const isJudgedAnew = await inTurn(record, async () => {
        const { row } = record;
        const changes: Partial<SiteTable> = {
          ...(name === undefined ? {} : { name: typedSiteName(name) }),
          ...(group === undefined ? {} : { group_name: cleanText(group).trim() }),
          ...(zone === undefined ? {} : { zone }),
          ...(latitude === undefined ? {} : { latitude }),
          ...(longitude === undefined ? {} : { longitude }),
          ...(channelId === undefined ? {} : { channel_id: channelId }),
          ...(rules === undefined ? {} : { rules: changedRules(record.rules, rules) }),
        };
        for (const column of Object.keys(changes) as (keyof SiteTable)[]) if (changes[column] === row[column]) delete changes[column];
        const names = Object.keys(changes);
        if (names.length === 0) return false;
        const unit = new Unit();
        stageSite(shared, unit, record, changes);
        await ctx.commitAct(unit, { action: 'site.update', subject: row.code, detail: { siteId, changed: names.join(' ') } });
        return changes.rules !== undefined;
      });
      // In a turn of its own: what is open is judged by the new rules.
      if (isJudgedAnew) await shared.rulesChanged(siteId);
      return { site: siteOf(record.row, record, shared.standing(siteId)) };
    },

    async 'site.setPolicy'(ctx, { siteId, policy: change }) {
      const record = requireSite(shared, siteId);
      return await inTurn(record, async () => {
        const policy = changedPolicy(record.policy, change);
        if (policy === record.policy) return { policy };
        const unit = new Unit();
        stageSite(shared, unit, record, { policy: JSON.stringify(policy) });
        const { version, ranges, wanTargets } = policy;
        const detail = { siteId, version, ranges: ranges.join(' '), wanTargets: wanTargets.join(' ') };
        await ctx.commitAct(unit, { action: 'site.setPolicy', subject: record.row.code, detail });
        for (const { row, connectionId } of record.probes)
          if (connectionId !== undefined)
            shared.bus.publish('whispered', { topic: `probe:${row.probe_id}`, event: 'policy.changed', body: { policy } });
        return { policy };
      });
    },
  };
}

function typedSiteName(typed: string): string {
  const name = cleanText(typed).trim();
  if (name === '') throw new AppError('bad_input', { field: 'name', reason: 'it is empty' });
  return name;
}

function requireZone(zone: string): void {
  if (!isZone(zone)) throw new AppError('bad_input', { field: 'zone', reason: `${JSON.stringify(zone)} is no time zone` });
}

/** What is kept of a site's rules: those that are not as they were first. */
function changedRules(before: IncidentRules, changes: Partial<IncidentRules>): string {
  const rules = { ...before, ...changes };
  const { 'wan.latency': latency, 'wan.loss': loss } = rules;
  if (latency.clearMs > latency.aboveMs || loss.clear > loss.above)
    throw new AppError('bad_input', { field: 'rules', reason: 'it would be over only above what it begins at' });
  const kept = (Object.keys(firstIncidentRules) as (keyof IncidentRules)[]).filter(
    name => !isDeepStrictEqual(rules[name], firstIncidentRules[name]),
  );
  return JSON.stringify(Object.fromEntries(kept.map(name => [name, rules[name]])));
}

/** What is measured at every look. */
const measured: readonly MissingFact['fact'][] = ['wan', 'dns', 'http', 'path'];

/** What could not be had: of the last whole scan, and of the sweep after it. */
function missingOf(scan: Report | undefined, sweep: Report): MissingFact[] {
  const older = (scan?.missing ?? []).filter(({ fact }) => !measured.includes(fact));
  return [...older, ...sweep.missing.filter(one => !older.some(({ fact, reason }) => fact === one.fact && reason === one.reason))];
}

export function requireSite({ ledger }: Shared, siteId: string): SiteRecord {
  const record = ledger.site(siteId);
  if (!record) throw new AppError('not_found', { thing: 'site' });
  return record;
}

/** Devices in the order of their addresses. When one was seen, and how fast it answered, is newer in memory than in the store. */
function present(record: SiteRecord, rows: readonly DeviceTable[], ports: readonly DevicePortTable[], isKnown: boolean) {
  const byDevice = new Map<string, DevicePortTable[]>(rows.map(row => [row.device_id, []]));
  for (const port of ports) byDevice.get(port.device_id)?.push(port);
  return rows
    .map(row => {
      const fresh = record.devices?.get(row.device_id)?.row;
      const seen =
        fresh && fresh.last_seen_at > row.last_seen_at ? { ...row, last_seen_at: fresh.last_seen_at, rtt_ms: fresh.rtt_ms } : row;
      return deviceOf(seen, byDevice.get(row.device_id)!, isKnown);
    })
    .sort((a, b) => byAddress(a.address, b.address));
}
