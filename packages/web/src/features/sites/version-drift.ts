import type { Site } from '@aerie/contract';

/** The version that most sites run; of two as frequent, the newer one. */
export function usualVersion(sites: readonly Pick<Site, 'probeVersion'>[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { probeVersion } of sites) if (probeVersion !== null) counts.set(probeVersion, (counts.get(probeVersion) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || compareVersions(b, a))[0]?.[0];
}

/** How a version stands to the usual one; undefined where they agree or one of them is not known. */
export function drift(version: string | null, usual: string | undefined): 'older' | 'newer' | undefined {
  if (version === null || usual === undefined || version === usual) return undefined;
  return compareVersions(version, usual) < 0 ? 'older' : 'newer';
}

/** Part by part, numbers as numbers: 0.10.0 comes after 0.9.1, and 1.0.0-beta before 1.0.0. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map(version => version.replace(/^v/, '').split(/[.+-]/));
  for (let at = 0; at < Math.max(left!.length, right!.length); at++) {
    const [x, y] = [left![at], right![at]];
    if (x === y) continue;
    if (x === undefined) return /^\d/.test(y!) ? -1 : 1;
    if (y === undefined) return /^\d/.test(x) ? 1 : -1;
    const [n, m] = [Number(x), Number(y)];
    if (Number.isNaN(n) || Number.isNaN(m)) return x < y ? -1 : 1;
    if (n !== m) return n - m;
  }
  return 0;
}
