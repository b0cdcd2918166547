import type { Site, SiteState } from '@aerie/contract';

/** Of a probe: was it heard? `unsure` while Nester itself has not listened for long enough. */
export type Hearing = 'heard' | 'silent' | 'never' | 'unsure';

/** A probe is silent after this many of its own heartbeats. */
const silentAfterBeats = 2.5;
/** A site is stale after this many of its own intervals without a report. */
export const lateAfterScans = 3;
/** From this loss on, the link to the Internet counts as bad: one of five echoes. */
const badLoss = 0.2;

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
  scanEveryMs: number;
  /** Of the best target, 0 to 1; null when not measured. */
  wanLoss: number | null;
  now: number;
}

export interface Verdict {
  state: SiteState;
  why: Site['why'];
}

/** How a site is. Unknown is not down. Undefined while it is too early to say: then what was known holds. */
export function judge(facts: SiteFacts): Verdict | undefined {
  const { hearings } = facts;
  if (hearings.length === 0) return { state: 'unknown', why: 'no_probe' };
  if (hearings.includes('heard')) return judgeHeard(facts);
  if (hearings.includes('unsure')) return undefined;
  return { state: 'unknown', why: hearings.includes('silent') ? 'probe_silent' : 'probe_never' };
}

function judgeHeard({ presentSince, lastReportAt, scanEveryMs, wanLoss, now }: SiteFacts): Verdict {
  // A probe that has just come back gets its time to report: stale begins when it is there and does not.
  const since = Math.max(lastReportAt ?? 0, presentSince ?? 0);
  if (now - since > lateAfterScans * scanEveryMs) return { state: 'stale', why: 'report_late' };
  if (wanLoss !== null && wanLoss >= badLoss) return { state: 'degraded', why: 'wan_loss' };
  return { state: 'up', why: 'reporting' };
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
