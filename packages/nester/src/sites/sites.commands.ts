import { AppError, firstPolicy, keptIncidentRules, type MissingFact, type Report } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { newId } from '../new-id.ts';
import { readHead } from '../store/log.ts';
import type { DevicePortTable, DeviceTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { stageSite } from './changes.ts';
import { devicesOf, portsOf } from './devices.store.ts';
import { deviceOf } from './devices.ts';
import { inTurn, probeOf, type SiteRecord, siteOf } from './ledger.ts';
import type { Shared } from './parts.ts';
import { changedPolicy } from './policy.ts';
import { newestReport, reportById } from './reports.store.ts';
import { summaryOf } from './reports.ts';
import { wanSince } from './series.store.ts';
import { pointsOf } from './series.ts';
import { allSites, siteById } from './sites.store.ts';
import { newSiteRow } from './sites.ts';
import { worstFirst } from './states.ts';
import { cleanText } from './texts.ts';

/** The series of a site's page: a day. */
const seriesMs = 86_400_000;

type Names = 'site.list' | 'site.show' | 'site.create' | 'site.setPolicy';

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
      const scan = read.report && (JSON.parse(read.report.body) as Report);
      const isSame = read.report?.report_id === read.newest?.report_id;
      const last = isSame ? scan : read.newest && (JSON.parse(read.newest.body) as Report);
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
        maintenance: [],
      };
    },

    async 'site.create'(ctx, { code, name: typed, group, zone, latitude, longitude }) {
      const name = cleanText(typed).trim();
      if (name === '') throw new AppError('bad_input', { field: 'name', reason: 'it is empty' });
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
    .sort((a, b) => a.address.localeCompare(b.address, 'en', { numeric: true }));
}
