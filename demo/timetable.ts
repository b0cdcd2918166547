import { chance } from './chance.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How a demonstration was made: everything that happens follows from it. */
export interface Scene {
  seededAt: number;
  days: number;
  sites: number;
}

/** Of which site a story is told, by its place in the list. Those that leave a site in trouble need more than a few sites. */
export const cast = {
  openedPort: 0,
  dyingLink: 1,
  nightDevice: 2,
  certificate: 3,
  silent: 4,
  slow: 5,
  clone: 6,
  oldProbe: 7,
  maintenance: 8,
} as const;
const fewSites = 8;

/** Whether this is the site of a story, and whether the story is told at all. */
export function plays(scene: Scene, site: number, role: keyof typeof cast): boolean {
  const inTrouble = ['silent', 'slow', 'clone', 'oldProbe'].includes(role);
  if (scene.sites < fewSites) return !inTrouble && site === cast[role] % scene.sites;
  return site === cast[role] % scene.sites;
}

/** Moments of the stories. A month has them all at their natural distance; a shorter history has them closer together. */
export function moments({ seededAt, days }: Scene) {
  const ago = (share: number, more = 0) => seededAt - share * days * day - more;
  const episodes = [0.2, 0.18, 0.16].map(share => ago(share));
  const night = lastAt(ago(0.5), 6 * hour);
  return {
    beginning: seededAt - days * day,
    linkDies: ago(0.3),
    linkEpisodes: episodes,
    linkFlaps: ago(0.1, 4 * hour),
    linkMended: ago(0.1),
    maintenance: { from: night, to: night + 90 * minute },
    printerMoves: ago(0.4),
    // A quarter to three in Nevada.
    nightDevice: lastAt(ago(0.22), 10 * hour + 47 * minute),
    certificateSeen: ago(0.6),
    certificateEnds: seededAt + 9 * day,
    portOpens: seededAt - 3 * hour,
    slowSince: seededAt - 2 * hour,
    slowUntil: seededAt + hour,
    silentSince: seededAt - 45 * minute,
    silentUntil: seededAt + 30 * minute,
  };
}

/** The last time before a moment at which it was so late in UTC. */
function lastAt(before: number, sinceMidnight: number): number {
  return Math.floor((before - sinceMidnight) / day) * day + sinceMidnight;
}

/** Whether the probe of a site is away: its machine has no power, or its link is cut. */
export function isAway(scene: Scene, site: number, at: number): boolean {
  const { maintenance, silentSince, silentUntil } = moments(scene);
  if (plays(scene, site, 'silent') && at > silentSince && at < silentUntil) return true;
  if (plays(scene, site, 'maintenance') && at >= maintenance.from + 10 * minute && at < maintenance.from + 50 * minute) return true;
  return spellOf(scene, site, at) === 'silence';
}

/** The hour of the day at a site, 0 to 24, near enough for a rhythm. */
export function localHour(at: number, longitude: number): number {
  return (((at / hour + longitude / 15) % 24) + 24) % 24;
}

/** After the history: a few minutes of trouble, once in a while somewhere. */
export function spellOf(scene: Scene, site: number, at: number): 'loss' | 'silence' | undefined {
  if (at < scene.seededAt + hour) return undefined;
  const slot = Math.floor(at / hour);
  const draw = chance('spell', site, slot) * scene.sites * 2;
  if (draw >= 1) return undefined;
  const begins = slot * hour + 5 * minute + chance('begin', site, slot) * 30 * minute;
  if (at < begins || at >= begins + 12 * minute) return undefined;
  return draw < 0.5 ? 'loss' : 'silence';
}
