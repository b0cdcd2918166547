import type { EventFrame, Site, SiteState } from '@aerie/contract';
import { plain } from '../../app/matching.ts';

/** All sites as of a seq of the log. */
export interface SiteList {
  readonly seq: number;
  readonly sites: readonly Site[];
}

/** What a site is shown as: its state, or that somebody works on it. */
export type SiteShape = SiteState | 'maintenance';

/** From what needs somebody to what does not; among the unknown, a probe that fell silent comes before one that never was. */
const order: readonly SiteState[] = ['down', 'degraded', 'unknown', 'stale', 'up'];

/** The shapes, as they are counted and grouped. */
export const shapes: readonly SiteShape[] = ['down', 'degraded', 'stale', 'unknown', 'maintenance', 'up'];

/** How a site is shown at a moment. */
export function shapeOf(site: Site, now: number): SiteShape {
  return site.maintenanceUntil !== null && site.maintenanceUntil > now ? 'maintenance' : site.state;
}

/** How far up a site stands: the lower, the higher up. */
function weight(site: Site, now: number): number {
  // What is being worked on needs nobody else: above what is well, below all the rest.
  if (shapeOf(site, now) === 'maintenance') return 26;
  const quiet = site.why === 'no_probe' || site.why === 'probe_never';
  const alarm = site.openIncidents === 0 || site.worst?.severity === 'info' ? 2 : site.worst?.severity === 'warning' ? 1 : 0;
  // Nothing happened where nothing has begun: below what is late, above what is well.
  return alarm * 10 + (quiet ? order.indexOf('stale') + 0.5 : order.indexOf(site.state) * (site.state === 'up' ? 2 : 1));
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
export function worstFirst(sites: readonly Site[], compare: (a: string, b: string) => number, now = Date.now()): Site[] {
  return sites
    .map(site => ({ site, weight: weight(site, now) }))
    .sort((a, b) => a.weight - b.weight || compare(a.site.name, b.site.name))
    .map(each => each.site);
}

/** The sites that are not well, and the worst of their states. One that has no probe yet, or that is worked on, is no trouble. */
export function troubled(sites: readonly Site[], now = Date.now()): { count: number; worst: SiteState } | undefined {
  const bad = sites.filter(
    site => site.state !== 'up' && site.why !== 'no_probe' && site.why !== 'probe_never' && shapeOf(site, now) !== 'maintenance',
  );
  const worst = order.find(state => bad.some(site => site.state === state));
  return worst && { count: bad.length, worst };
}

/** What a list of sites is asked for. */
export interface SiteQuestion {
  q?: string;
  state?: SiteShape;
  group?: string;
}

/** The sites that fit: all words that were typed stand in name, code, group or state; and state and group, where they were chosen. */
export function sitesFor(sites: readonly Site[], { q = '', state, group }: SiteQuestion, stateWord: (shape: SiteShape) => string): Site[] {
  const now = Date.now();
  const words = plain(q).split(/\s+/).filter(Boolean);
  return sites.filter(site => {
    const shape = shapeOf(site, now);
    if (state !== undefined && shape !== state && site.state !== state) return false;
    if (group !== undefined && site.group !== group) return false;
    const text = plain(`${site.name} ${site.code} ${site.group} ${stateWord(shape)} ${site.probeVersion ?? ''}`);
    return words.every(word => text.includes(word));
  });
}

/** Rows in the order that they had, as long as they are there; new ones come last. For lists that somebody points at. */
export function inOrderOf<T>(rows: readonly T[], ids: readonly string[], idOf: (row: T) => string): T[] {
  const places = new Map(ids.map((id, place) => [id, place]));
  return rows.toSorted((a, b) => (places.get(idOf(a)) ?? ids.length) - (places.get(idOf(b)) ?? ids.length));
}

/** Sites under headings. A group stands where its worst site would stand; those without one come last. */
export function grouped(sites: readonly Site[], by: 'state' | 'group', now = Date.now()): { key: string; sites: Site[] }[] {
  const groups = Map.groupBy(sites, site => (by === 'state' ? shapeOf(site, now) : site.group));
  const keys =
    by === 'state' ? shapes.filter(shape => groups.has(shape)) : [...groups.keys()].sort((a, b) => Number(a === '') - Number(b === ''));
  return keys.map(key => ({ key, sites: groups.get(key)! }));
}
