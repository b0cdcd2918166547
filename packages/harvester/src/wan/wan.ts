import type { MissingFact, Path, Report } from '@aerie/contract/reports';
import { findProgram } from '../programs.ts';
import { defaultGateways } from './gateway.ts';
import { checkUrls } from './http-check.ts';
import { timeNames } from './lookups.ts';
import { type PathFinder, pathFinder, samePath } from './path.ts';
import { type NamedTarget, parseTarget, targetsOf, type WanPlan } from './targets.ts';
import { summary, timesTo } from './times.ts';

/** What was measured of the way to the Internet, and what could not be. */
export type Measured = Pick<Report, 'wan' | 'dns' | 'http' | 'paths'> & { missing: MissingFact[] };

/** By what it is measured; tests give their own. */
export interface WanMeans {
  readonly ping: string | undefined;
  gateways(): string[];
  readonly lookups: typeof timeNames;
  readonly checks: typeof checkUrls;
}

/** The means of this machine. */
function wanMeansHere(): WanMeans {
  return { ping: findProgram('ping'), gateways: defaultGateways, lookups: timeNames, checks: checkUrls };
}

/**
 * Measures the way to each target of the policy, all at once: with ping, or by the time that a TCP connection takes; and the
 * name look-ups and pages that it names. Where the policy names nothing, nothing is sent, and that is said.
 */
export async function measureWan(plan: WanPlan, signal: AbortSignal, means: WanMeans = wanMeansHere()): Promise<Measured> {
  const gateways = plan.gateway === 'auto' ? means.gateways() : [];
  const targets = targetsOf(plan, gateways);
  const missing: MissingFact[] = [];
  if (plan.gateway === 'auto' && gateways.length === 0) missing.push({ fact: 'wan', reason: 'this machine has no default route' });
  if (targets.length === 0 && plan.gateway === 'off') missing.push({ fact: 'wan', reason: 'no WAN target is set for this site' });
  const [wan, dns, http] = await Promise.all([
    Promise.all(targets.map(target => measure(target, means.ping, signal, missing))),
    plan.dnsNames.length === 0 ? undefined : means.lookups(plan.dnsNames, signal),
    plan.httpChecks.length === 0 ? undefined : means.checks(plan.httpChecks, signal),
  ]);
  return { wan: wan.filter(one => one !== undefined), ...(dns && { dns }), ...(http && { http }), missing: missing.slice(0, 4) };
}

async function measure(named: NamedTarget, ping: string | undefined, signal: AbortSignal, missing: MissingFact[]) {
  const { target, role } = named;
  const place = parseTarget(target);
  if (!place) {
    missing.push({ fact: 'wan', reason: `a WAN target is not a name, an address or HOST:PORT: ${target.slice(0, 100)}` });
    return undefined;
  }
  const { times, byConnections } = await timesTo(place, ping, signal);
  // A router that takes no connections may well be there: unknown is not down.
  if (role === 'gateway' && byConnections && times.every(ms => ms === null)) {
    missing.push({ fact: 'wan', reason: 'the router answers no connection, and ping is not possible here (apt-get install iputils-ping)' });
    return undefined;
  }
  return summary(named, times);
}

/** How often the way itself is looked at. */
const pathEveryMs = 30 * 60_000;
const mostPaths = 4;

interface WatchParts {
  readonly measure?: typeof measureWan;
  /** null: this machine has no means. */
  readonly finder?: PathFinder | null;
  readonly now?: () => number;
}

/**
 * Measures as `measureWan` does, and now and then looks for the path to what is beyond the router: it stands in a report when
 * it is first known and when it has changed.
 */
export function wanWatch({
  measure = measureWan,
  finder = pathFinder(findProgram, process.getuid?.() === 0) ?? null,
  now = Date.now,
}: WatchParts = {}): typeof measureWan {
  const known = new Map<string, { hops: Path['hops']; at: number }>();

  async function changed(target: string, signal: AbortSignal): Promise<Path[]> {
    const place = parseTarget(target);
    const before = known.get(target);
    if (!place || (before && now() - before.at < pathEveryMs && now() >= before.at)) return [];
    const hops = await finder!.hops(place.host, signal);
    if (!hops || hops.length === 0 || signal.aborted) return [];
    known.set(target, { hops, at: now() });
    return before && samePath(before.hops, hops) ? [] : [{ target, hops }];
  }

  return async (plan, signal) => {
    const targets = targetsOf(plan, [])
      .slice(0, mostPaths)
      .map(({ target }) => target);
    for (const target of known.keys()) if (!targets.includes(target)) known.delete(target);
    const [measured, paths] = await Promise.all([
      measure(plan, signal),
      finder ? Promise.all(targets.map(target => changed(target, signal))).then(found => found.flat()) : [],
    ]);
    if (targets.length > 0 && !finder)
      measured.missing.push({ fact: 'path', reason: 'neither traceroute nor ping is installed, and nmap may not send raw packets' });
    return paths.length === 0 ? measured : { ...measured, paths };
  };
}
