import type { Language } from '@aerie/contract';
import type { Storm } from '../incidents/telling.ts';
import { oneLine } from './one-line.ts';
import { type RouteRecord, wantsSeverity, wantsSite } from './routes.ts';

/** Sites that one message names; more are counted. */
const namedSites = 20;

const words = {
  fr: {
    begins: (count: string, sites: string) => `Avalanche : ${count} sur ${sites}.`,
    over: (count: string, sites: string) => `Fin de l’avalanche : ${count} sur ${sites}.`,
    why: 'Chaque incident est enregistré ; ce seul message les résume.',
    line: (site: string, count: number) => `${site} : ${count}`,
    site: (n: number) => (n === 1 ? '1 site' : `${n} sites`),
    more: (n: number) => (n === 1 ? 'et un autre site' : `et ${n} autres sites`),
  },
  en: {
    begins: (count: string, sites: string) => `Storm: ${count} at ${sites}.`,
    over: (count: string, sites: string) => `The storm is over: ${count} at ${sites}.`,
    why: 'Each incident is recorded; this one message sums them up.',
    line: (site: string, count: number) => `${site}: ${count}`,
    site: (n: number) => (n === 1 ? '1 site' : `${n} sites`),
    more: (n: number) => (n === 1 ? 'and one more site' : `and ${n} more sites`),
  },
} satisfies Record<Language, unknown>;

const incidents = (n: number) => (n === 1 ? '1 incident' : `${n} incidents`);

/** What a route hears of a storm: only of its own sites; undefined when none of them is in it. */
export function stormFor(route: RouteRecord, storm: Storm, groupOf: (siteId: string) => string): Storm | undefined {
  const sites = storm.sites.filter(({ siteId, severity }) => wantsSeverity(route, severity) && wantsSite(route, siteId, groupOf(siteId)));
  if (sites.length === 0) return undefined;
  return { ...storm, sites, incidents: sites.reduce((sum, site) => sum + site.incidents, 0) };
}

/** A storm in one sentence. */
export function stormHeadline(storm: Storm, language: Language): string {
  const say = words[language];
  return (storm.endedAt === null ? say.begins : say.over)(incidents(storm.incidents), say.site(storm.sites.length));
}

/** A storm in a few lines of plain text. */
export function stormText(storm: Storm, language: Language): string {
  const say = words[language];
  const named = storm.sites.slice(0, namedSites).map(site => say.line(`${site.code} (${oneLine(site.name)})`, site.incidents));
  const left = storm.sites.length - named.length;
  return [`${stormHeadline(storm, language)} ${say.why}`, ...named, ...(left > 0 ? [say.more(left)] : [])].join('\n');
}
