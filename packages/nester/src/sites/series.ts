import type { CommandOutput, WanResult } from '@aerie/contract';
import { bestLink } from '../best-link.ts';
import type { WanSampleTable } from '../store/schema.ts';

type Point = CommandOutput<'site.show'>['series'][number];

/** What a report measured, as samples. A target to which nothing was sent was not measured. */
export function samplesOf(wan: readonly WanResult[], siteId: string, at: number): WanSampleTable[] {
  const samples = new Map<string, WanSampleTable>();
  for (const { target, role, sent, received, medianMs, minMs, maxMs } of wan)
    if (sent > 0)
      samples.set(target, {
        site_id: siteId,
        at,
        target,
        median_ms: medianMs,
        loss: (sent - received) / sent,
        role: role ?? null,
        min_ms: minMs,
        max_ms: maxMs,
      });
  return [...samples.values()];
}

/** How good the link to the Internet is, as a point of a curve. */
export function bestOf(samples: readonly WanSampleTable[]): Point | undefined {
  const best = bestLink(samples);
  return best && { at: best.at, medianMs: best.median_ms, loss: best.loss };
}

/** One point for each moment, oldest first. */
export function pointsOf(samples: readonly WanSampleTable[]): Point[] {
  const moments = new Map<number, WanSampleTable[]>();
  for (const sample of samples) {
    const list = moments.get(sample.at);
    if (list) list.push(sample);
    else moments.set(sample.at, [sample]);
  }
  return [...moments.values()].map(list => bestOf(list)!);
}
