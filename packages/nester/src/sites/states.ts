import type { IncidentRules, Site, SiteState } from '@aerie/contract';

/** Of a probe: was it heard? `unsure` while Nester itself has not listened for long enough. */
export type Hearing = 'heard' | 'silent' | 'never' | 'unsure';

/** A probe is silent after this many of its own heartbeats. */
const silentAfterBeats = 2.5;
/** A site is stale after this many of its own intervals without a report. */
export const lateAfterScans = 3;
/** A site that is fed by files is stale when none came for a day and two hours: the slowest send one a day. */
const lateFileMs = 26 * 3_600_000;

/**
 * @param heardAt when it was heard since Nester started; undefined when not yet
 * @param startedAt when Nester began to listen: nobody is silent before it has listened for long enough
 */
export function hearingOf(probe: {
  heardAt: number | undefined;
  lastContactAt: number | null;
  startedAt: number;
  heartbeatMs: number;
  now: number;
}): Hearing {
  if (probe.heardAt === undefined && probe.lastContactAt === null) return 'never';
  const isOver = probe.now - (probe.heardAt ?? probe.startedAt) > silentAfterBeats * probe.heartbeatMs;
  if (isOver) return 'silent';
  return probe.heardAt === undefined ? 'unsure' : 'heard';
}

/** What the state of a site rests on. */
export interface SiteFacts {
  /** Of each probe that is not revoked. */
  hearings: readonly Hearing[];
  /** Since when a probe has been there without a pause; null when none is. */
  presentSince: number | null;
  lastReportAt: number | null;
  /** When the newest report that came as a file was made. */
  lastFileAt: number | null;
  scanEveryMs: number;
  /** Of the best target, 0 to 1; null when not measured. */
  wanLoss: number | null;
  /** Since when its median has been too high; null: it is not. */
  slowSince: number | null;
  rules: IncidentRules;
  now: number;
}

export interface Verdict {
  state: SiteState;
  why: Site['why'];
}

/** How a site is. Unknown is not down. Undefined while it is too early to say: then what was known holds. */
export function judge(facts: SiteFacts): Verdict | undefined {
  const { hearings } = facts;
  if (hearings.length === 0) return judgeFiles(facts);
  if (hearings.includes('heard')) return judgeHeard(facts);
  if (hearings.includes('unsure')) return undefined;
  return { state: 'unknown', why: hearings.includes('silent') ? 'probe_silent' : 'probe_never' };
}

/** Nobody watches it: what is known of it came in files. */
function judgeFiles({ lastReportAt, lastFileAt, scanEveryMs, now }: SiteFacts): Verdict {
  if (lastFileAt === null || lastFileAt < (lastReportAt ?? 0)) return { state: 'unknown', why: 'no_probe' };
  const isLate = now - lastFileAt > Math.max(lateFileMs, lateAfterScans * scanEveryMs);
  return { state: isLate ? 'stale' : 'up', why: 'files_only' };
}

function judgeHeard({ presentSince, lastReportAt, scanEveryMs, wanLoss, slowSince, rules, now }: SiteFacts): Verdict {
  // A probe that has just come back gets its time to report: stale begins when it is there and does not.
  const since = Math.max(lastReportAt ?? 0, presentSince ?? 0);
  if (now - since > lateAfterScans * scanEveryMs) return { state: 'stale', why: 'report_late' };
  if (wanLoss !== null && wanLoss >= rules['wan.loss'].above) return { state: 'degraded', why: 'wan_loss' };
  const { on, forMs } = rules['wan.latency'];
  if (on && slowSince !== null && (lastReportAt ?? 0) - slowSince >= forMs) return { state: 'degraded', why: 'wan_latency' };
  return { state: 'up', why: 'reporting' };
}

/**
 * Since when a site's link has been slow, after one more look at it: from the first median above the threshold to the first
 * at or under the other one.
 * @param at when it was measured
 */
export function slowSinceOf(before: number | null, medianMs: number | null, at: number, rules: IncidentRules): number | null {
  if (medianMs === null) return before;
  const { aboveMs, clearMs } = rules['wan.latency'];
  if (medianMs <= Math.min(clearMs, aboveMs)) return null;
  return before ?? (medianMs > aboveMs ? at : null);
}

const order: readonly SiteState[] = ['down', 'degraded', 'unknown', 'stale', 'up'];

/** Worst first; then those with more open incidents; then by name. */
export function worstFirst(a: Site, b: Site): number {
  return (
    order.indexOf(a.state) - order.indexOf(b.state) ||
    b.openIncidents - a.openIncidents ||
    a.name.localeCompare(b.name) ||
    a.code.localeCompare(b.code)
  );
}
