/** What was measured of one target of the WAN, once or over a time. */
interface Link {
  /** Null of a probe that does not say: what is beyond the provider. */
  role: string | null;
  median_ms: number | null;
  /** 0 to 1. */
  loss: number;
}

/**
 * How good the link to the Internet is: as good as to the target that answers best, of those that are furthest away. One
 * target that is down is not the link; and a router that answers is not the Internet.
 */
export function bestLink<T extends Link>(links: readonly T[]): T | undefined {
  const furthest = Math.max(...links.map(distanceOf));
  let best: T | undefined;
  for (const link of links) if (distanceOf(link) === furthest && (!best || isBetter(link, best))) best = link;
  return best;
}

function distanceOf({ role }: Link): number {
  return role === 'gateway' ? 0 : role === 'provider' ? 1 : 2;
}

function isBetter(a: Link, b: Link): boolean {
  if (a.loss !== b.loss) return a.loss < b.loss;
  return (a.median_ms ?? Number.POSITIVE_INFINITY) < (b.median_ms ?? Number.POSITIVE_INFINITY);
}
