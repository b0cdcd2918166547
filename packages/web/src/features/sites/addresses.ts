import { type SiteShape, shapes } from './site-list.ts';

/** The parts of a site's page, in order; the first has no name in the address. */
export const siteTabs = ['wan', 'devices', 'reports', 'probe', 'diagnostics', 'incidents', 'runbooks', 'settings'] as const;
export type SiteTab = (typeof siteTabs)[number];

/** Lengths of time of the chart of the WAN. */
export const wanRanges = ['24h', '7d', '30d', '1y'] as const;
export type WanRange = (typeof wanRanges)[number];

/** What the address of the sites may say: what was typed, which state and group alone, under which headings. */
export interface SitesSearch {
  q?: string;
  state?: SiteShape;
  group?: string;
  by?: 'state' | 'group';
}

/** What a site's address may say: the part that is open, and what is looked at in it. */
export interface SiteSearch {
  tab?: SiteTab;
  /** The report that is open, and the older one that it is compared with. */
  report?: string;
  from?: string;
  /** The part of the WAN's past that is in sight: a length that ends now, or two moments. */
  range?: WanRange;
  since?: number;
  until?: number;
}

/** What the address of the wall may say: only one group of sites. */
export interface WallSearch {
  group?: string;
}

type Raw = Record<string, unknown>;

function oneOf<T extends string>(value: unknown, among: readonly T[]): T | undefined {
  return among.find(each => each === value);
}

/** The router reads `?q=12` as a number: it was typed as a text. */
function words(value: unknown): string | undefined {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;
}

function set<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** Reads what the address of the sites says; what it does not know, it leaves out. */
export function sitesSearch(raw: Raw): SitesSearch {
  return set({ q: words(raw.q), state: oneOf(raw.state, shapes), group: words(raw.group), by: oneOf(raw.by, ['state', 'group'] as const) });
}

/** Reads what a site's address says; the policy stood under a name of its own once. */
export function siteSearch(raw: Raw): SiteSearch {
  const moment = (value: unknown) => (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined);
  const [since, until] = [moment(raw.since), moment(raw.until)];
  return set({
    tab: raw.tab === 'policy' ? 'settings' : oneOf(raw.tab, siteTabs),
    report: words(raw.report),
    from: words(raw.from),
    range: oneOf(raw.range, wanRanges),
    ...(since !== undefined && until !== undefined && since < until ? { since, until } : {}),
  });
}

/** Reads what the address of the wall says. */
export function wallSearch(raw: Raw): WallSearch {
  return set({ group: words(raw.group) });
}

type Up = { to: '/' | '/sites' } | { to: '/sites/$code'; params: { code: string }; search: SiteSearch };

/** Where Esc leads from an address: to what it stands in. */
export function upFrom(pathname: string): Up {
  const [, room, code, part] = pathname.split('/');
  if (room === 'sites' && code && part)
    return { to: '/sites/$code', params: { code: decodeURIComponent(code) }, search: { tab: 'devices' } };
  return (room === 'sites' && code) || room === 'wall' ? { to: '/sites' } : { to: '/' };
}
