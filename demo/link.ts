import type { WanResult } from '@aerie/contract';
import { chance } from './chance.ts';
import type { Franchise } from './franchises.ts';
import { localHour, moments, plays, type Scene, spellOf } from './timetable.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const echoes = 20;

export type Role = NonNullable<WanResult['role']>;
export const roles: readonly Role[] = ['gateway', 'provider', 'internet'];

/** What a link is like at a moment, as seen from the site. */
export interface LinkFigures {
  medianMs: number;
  minMs: number;
  maxMs: number;
  /** 0 to 1. */
  loss: number;
}

/** The link of a site: a rhythm of days and nights, noise, and what the stories want. */
export class SiteLink {
  readonly #scene: Scene;
  readonly #site: number;
  readonly #longitude: number;
  readonly #moments: ReturnType<typeof moments>;
  readonly #baseMs: number;
  readonly #roles: { dying: boolean; slow: boolean };

  constructor(scene: Scene, site: number, { longitude }: Pick<Franchise, 'longitude'>) {
    this.#scene = scene;
    this.#site = site;
    this.#longitude = longitude;
    this.#moments = moments(scene);
    this.#baseMs = 9 + chance('base', site) * 34;
    this.#roles = { dying: plays(scene, site, 'dyingLink'), slow: plays(scene, site, 'slow') };
  }

  at(at: number, role: Role): LinkFigures {
    const slot = Math.floor(at / minute);
    const noise = chance('noise', this.#site, role, slot);
    if (role === 'gateway') {
      const medianMs = 0.4 + noise * 0.5;
      return { medianMs, minMs: medianMs * 0.7, maxMs: medianMs * 3, loss: 0 };
    }
    const busy = this.#busyness(at);
    const far = role === 'provider' ? 0.3 : 1;
    const trouble = this.#trouble(at, slot);
    const medianMs = this.#baseMs * far * (0.85 + 0.6 * busy * busy + 0.12 * noise) + trouble.moreMs * (role === 'provider' ? 0.9 : 1);
    const spike = noise > 0.985 ? 6 : 1;
    const small = chance('loss', this.#site, slot) > 0.992 ? 1 / echoes : 0;
    return { medianMs, minMs: medianMs * 0.8, maxMs: medianMs * (1.25 + noise * 0.6) * spike, loss: Math.min(1, small + trouble.loss) };
  }

  /** As a probe measures it: so many echoes, so many answers. */
  measured(at: number, role: Role, target: string): WanResult {
    const { medianMs, minMs, maxMs, loss } = this.at(at, role);
    const received = Math.round(echoes * (1 - loss));
    const rounded = (ms: number) => (received === 0 ? null : Math.round(ms * 100) / 100);
    const jitterMs = rounded((maxMs - minMs) / 8);
    return { target, role, sent: echoes, received, minMs: rounded(minMs), medianMs: rounded(medianMs), maxMs: rounded(maxMs), jitterMs };
  }

  /** 0 in the night, near 1 on a busy afternoon; no two days are the same, and weekends are calm. */
  #busyness(at: number): number {
    const hourOfDay = localHour(at, this.#longitude);
    if (hourOfDay < 6 || hourOfDay > 21) return 0;
    const date = Math.floor((at + (this.#longitude / 15) * hour) / day);
    const weekday = (date + 4) % 7;
    const amplitude = (weekday === 0 || weekday === 6 ? 0.35 : 0.75) + 0.4 * chance('day', this.#site, date);
    const unrest = 0.75 + 0.5 * chance('half hour', this.#site, Math.floor(at / (30 * minute)));
    return Math.sin(((hourOfDay - 6) / 15) * Math.PI) * amplitude * unrest;
  }

  /** What is wrong: the provider's line, as a rule. */
  #trouble(at: number, slot: number): { loss: number; moreMs: number } {
    const { linkDies, linkMended, linkEpisodes, linkFlaps, slowSince, slowUntil } = this.#moments;
    if (this.#roles.dying && at >= linkDies && at < linkMended) {
      const progress = (at - linkDies) / (linkMended - linkDies);
      const busy = this.#busyness(at);
      const creeping = 0.14 * progress * progress * (0.4 + busy) * chance('creep', this.#site, slot);
      const episode = linkEpisodes.some(begin => at >= begin && at < begin + 26 * minute);
      const isFlapping = at >= linkFlaps && at < linkFlaps + flapCount * flapMs;
      const flap = isFlapping && (at - linkFlaps) % flapMs < badMs;
      // After each bad time it is well for a while: that is what makes people think it is over.
      if (!episode && !flap && (isFlapping || linkEpisodes.some(begin => at >= begin && at < begin + 60 * minute)))
        return { loss: 0, moreMs: 60 * progress };
      return { loss: episode || flap ? 0.35 + 0.2 * chance('bad', this.#site, slot) : creeping, moreMs: 60 * progress };
    }
    if (this.#roles.slow && at >= slowSince && at < slowUntil) return { loss: 0.01, moreMs: 290 + 60 * chance('slow', this.#site, slot) };
    if (spellOf(this.#scene, this.#site, at) === 'loss') return { loss: 0.3 + 0.15 * chance('spell', this.#site, slot), moreMs: 40 };
    return { loss: 0, moreMs: 0 };
  }
}

/** The line that came and went, on the evening before it was mended. */
export const flapMs = 10.6 * minute;
export const badMs = 5.2 * minute;
export const flapCount = 12;
