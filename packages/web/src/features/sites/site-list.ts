import type { EventFrame, Site, SiteState } from '@aerie/contract';

/** All sites as of a seq of the log. */
export interface SiteList {
  readonly seq: number;
  readonly sites: readonly Site[];
}

/** From what needs somebody to what does not; among the unknown, a probe that fell silent comes before one that never was. */
const order: readonly SiteState[] = ['down', 'degraded', 'unknown', 'stale', 'up'];

function weight(site: Site): number {
  const rank = order.indexOf(site.state);
  const quiet = site.why === 'no_probe' || site.why === 'probe_never';
  // Nothing happened where nothing has begun: below what is late, above what is well.
  return (site.openIncidents > 0 ? 0 : 10) + (quiet ? order.indexOf('stale') + 0.5 : rank);
}

/** The list after an event: the same object when the event does not touch it, or is in it already. */
export function siteListAfter(list: SiteList, frame: EventFrame): SiteList {
  switch (frame.event) {
    case 'site.created':
    case 'site.updated': {
      const seq = frame.seq ?? 0;
      if (seq <= list.seq) return list;
      const at = list.sites.findIndex(site => site.siteId === frame.site.siteId);
      return { seq, sites: at < 0 ? [...list.sites, frame.site] : list.sites.with(at, frame.site) };
    }
    case 'site.contacted': {
      const at = list.sites.findIndex(site => site.siteId === frame.siteId);
      const site = list.sites[at];
      if (!site || (site.lastContactAt ?? 0) >= frame.lastContactAt) return list;
      return { ...list, sites: list.sites.with(at, { ...site, lastContactAt: frame.lastContactAt }) };
    }
    default:
      return list;
  }
}

/** Worst first; alike by name. */
export function worstFirst(sites: readonly Site[], compare: (a: string, b: string) => number): Site[] {
  return sites.toSorted((a, b) => weight(a) - weight(b) || compare(a.name, b.name));
}

/** The sites that are not well, and the worst of their states. One that has no probe yet is no trouble. */
export function troubled(sites: readonly Site[]): { count: number; worst: SiteState } | undefined {
  const bad = sites.filter(site => site.state !== 'up' && site.why !== 'no_probe' && site.why !== 'probe_never');
  const worst = order.find(state => bad.some(site => site.state === state));
  return worst && { count: bad.length, worst };
}

/** Rows in the order that they had, as long as they are there; new ones come last. For lists that somebody points at. */
export function inOrderOf<T>(rows: readonly T[], ids: readonly string[], idOf: (row: T) => string): T[] {
  const places = new Map(ids.map((id, place) => [id, place]));
  return rows.toSorted((a, b) => (places.get(idOf(a)) ?? ids.length) - (places.get(idOf(b)) ?? ids.length));
}
