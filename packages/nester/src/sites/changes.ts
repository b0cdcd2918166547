import { keptIncidentRules, keptPolicy } from '@aerie/contract';
import type { FreshReport } from '../incidents/observation.ts';
import type { SiteTable } from '../store/schema.ts';
import type { Unit } from '../store/unit.ts';
import { activeProbes, type Ledger, type ProbeRecord, type SiteRecord, siteOf } from './ledger.ts';
import type { SitesParts } from './parts.ts';
import { updateSiteQuery } from './sites.store.ts';
import { judge, slowSinceOf } from './states.ts';

type Parts = Pick<SitesParts, 'store' | 'now' | 'observe' | 'reported' | 'standing'> & { ledger: Ledger };

/** A median that moved by less is not told: it is never twice the same. */
const tellableMs = 1;

/**
 * Adds to a unit what is new of a site: what was observed of its probes, its state, and its event when others see a
 * difference. The memory follows when the unit is durable. To be called in the site's turn; the unit is committed at once.
 * @param changes columns that the caller changes besides
 * @param probes those that count from this unit on
 * @param fresh the report that the unit brings, when it is fresh
 */
export function stageSite(
  parts: Parts,
  unit: Unit,
  record: SiteRecord,
  changes: Partial<SiteTable> = {},
  probes: readonly ProbeRecord[] = activeProbes(record),
  fresh?: FreshReport,
): void {
  const now = parts.now();
  const before = record.row;
  const siteId = before.site_id;
  for (const probe of probes) stageObservation(parts, unit, probe, now);
  // The probe is heard again first: then its report says how things are.
  if (fresh) parts.reported(unit, fresh);
  const moved: Partial<SiteTable> = { ...changes };
  const next: SiteTable = { ...before, ...changes };
  const rules = next.rules === before.rules ? record.rules : keptIncidentRules(next.rules);
  const isMeasured = changes.last_report_at !== undefined;
  const slowSince = isMeasured ? slowSinceOf(record.slowSince, next.wan_median_ms, changes.last_report_at!, rules) : record.slowSince;
  const verdict = judge({
    hearings: probes.map(probe => parts.ledger.hearing(probe, now)),
    presentSince: presentSince(parts.ledger, probes, now),
    lastReportAt: next.last_report_at,
    lastFileAt: next.last_file_at,
    scanEveryMs: record.policy.scanEveryMs,
    wanLoss: next.wan_loss,
    slowSince,
    rules,
    now,
  });
  if (verdict && (verdict.state !== before.state || verdict.why !== before.why)) Object.assign(moved, verdict, { since: now });
  const tellsIncident = unit.events.some(({ name }) => name.startsWith('incident.'));
  if (Object.keys(moved).length === 0 && !tellsIncident) return;
  moved.last_contact_at = Math.max(before.last_contact_at ?? 0, ...probes.map(probe => probe.row.last_contact_at ?? 0)) || null;
  Object.assign(next, moved);
  unit.run(updateSiteQuery(parts.store.read, siteId, moved));
  if (tellsIncident || looksDifferent(before, next))
    unit.event('site.updated', ['sites'], { siteId }, () => ({ site: siteOf(next, record, parts.standing(siteId)) }));
  unit.onSettled(written => {
    if (!written) return;
    record.row = next;
    if (next.policy !== before.policy) record.policy = keptPolicy(next.policy);
    record.rules = rules;
    record.slowSince = slowSince;
  });
}

/** Tells incidents whether a probe is silent, once for each change, and once after a start. */
function stageObservation({ ledger, observe }: Parts, unit: Unit, probe: ProbeRecord, now: number): void {
  const hearing = ledger.hearing(probe, now);
  const isSilent = hearing === 'silent';
  if ((hearing !== 'heard' && !isSilent) || probe.toldSilent === isSilent) return;
  observeProbe(observe, unit, probe, isSilent);
  unit.onSettled(written => {
    if (written) probe.toldSilent = isSilent;
  });
}

export function observeProbe(observe: SitesParts['observe'], unit: Unit, { row, site }: ProbeRecord, isBad: boolean): void {
  observe(unit, {
    siteId: row.site_id,
    rule: 'probe.silent',
    subjectId: row.probe_id,
    subject: row.name,
    isBad,
    detail: { lastContactAt: row.last_contact_at, heartbeatMs: site.policy.heartbeatMs },
  });
}

function presentSince(ledger: Ledger, probes: readonly ProbeRecord[], now: number): number | null {
  const since = probes.filter(probe => ledger.hearing(probe, now) === 'heard').map(probe => probe.presentSince ?? now);
  return since.length === 0 ? null : Math.min(...since);
}

function looksDifferent(a: SiteTable, b: SiteTable): boolean {
  return (
    a.state !== b.state ||
    a.why !== b.why ||
    a.name !== b.name ||
    a.policy !== b.policy ||
    a.rules !== b.rules ||
    a.group_name !== b.group_name ||
    a.zone !== b.zone ||
    a.latitude !== b.latitude ||
    a.longitude !== b.longitude ||
    a.channel_id !== b.channel_id ||
    a.devices_up !== b.devices_up ||
    a.devices_known !== b.devices_known ||
    a.wan_loss !== b.wan_loss ||
    (a.wan_median_ms === null) !== (b.wan_median_ms === null) ||
    Math.abs((a.wan_median_ms ?? 0) - (b.wan_median_ms ?? 0)) >= Math.max(tellableMs, (a.wan_median_ms ?? 0) / 10)
  );
}
