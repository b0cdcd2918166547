import type { CommandOutput } from '@aerie/contract';
import { bestLink } from '../best-link.ts';
import type { WanRollupTable } from '../store/schema.ts';
import { bucketOf, curveStepMs } from './steps.ts';

type Curves = CommandOutput<'site.curves'>;

const count = 48;

interface Point {
  medianMs: number | null;
  loss: number;
}

/** The last 24 hours of every site in half hours, in memory: what a list of a thousand sites draws, without reading the store. */
export class Curves24h {
  readonly #sites = new Map<string, Map<number, Point>>();

  /** Half hours, new or made anew; other steps are left alone. */
  apply(rows: readonly WanRollupTable[]): void {
    const halves = rows.filter(row => row.step_ms === curveStepMs);
    for (const [key, own] of Map.groupBy(halves, row => `${row.site_id} ${row.at}`)) {
      const [siteId, at] = key.split(' ') as [string, string];
      const best = bestLink(own)!;
      const points = this.#sites.get(siteId) ?? new Map<number, Point>();
      points.set(Number(at), { medianMs: best.median_ms, loss: best.loss });
      this.#sites.set(siteId, points);
    }
  }

  /** As pages get them; what is older than a day is forgotten. */
  show(now: number): Curves {
    const from = bucketOf(now, curveStepMs) - (count - 1) * curveStepMs;
    const sites: Curves['sites'] = {};
    for (const [siteId, points] of this.#sites) {
      for (const at of points.keys()) if (at < from) points.delete(at);
      if (points.size === 0) this.#sites.delete(siteId);
      else {
        const own = Array.from({ length: count }, (_, i) => points.get(from + i * curveStepMs));
        sites[siteId] = { medianMs: own.map(point => rounded(point?.medianMs)), loss: own.map(point => rounded(point?.loss)) };
      }
    }
    return { from, stepMs: curveStepMs, sites };
  }
}

/** Three digits are more than a small curve shows. */
function rounded(value: number | null | undefined): number | null {
  return value == null ? null : Number(value.toPrecision(3));
}
