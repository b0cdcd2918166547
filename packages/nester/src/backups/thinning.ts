import { momentOf } from './names.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How many are kept, and of what each is the newest. Hours, days and weeks are those of UTC; weeks begin on Mondays. */
const kept: readonly { count: number; of: (at: number) => number }[] = [
  { count: 24, of: at => Math.floor(at / hourMs) },
  { count: 14, of: at => Math.floor(at / dayMs) },
  // The first of January 1970 was a Thursday.
  { count: 8, of: at => Math.floor((Math.floor(at / dayMs) + 3) / 7) },
];

/**
 * The backups of a folder that are needed no more: all but the newest of each of the last 24 hours, 14 days and 8 weeks
 * that have one. No clock is asked, so a wrong one removes nothing; names that are no backups', and those with a `.keep`
 * beside them, are left alone.
 */
export function thinned(names: readonly string[]): string[] {
  const there = new Set(names);
  const backups = names
    .flatMap(name => {
      const at = momentOf(name);
      return at === undefined || there.has(keepMark(name)) ? [] : [{ name, at }];
    })
    .sort((a, b) => b.at - a.at);
  const wanted = new Set<string>();
  for (const { count, of } of kept) {
    const seen = new Set<number>();
    for (const { name, at } of backups) {
      if (seen.has(of(at))) continue;
      if (seen.size === count) break;
      seen.add(of(at));
      wanted.add(name);
    }
  }
  return backups.map(({ name }) => name).filter(name => !wanted.has(name));
}

/** The name of the empty file that keeps a backup from being thinned out. */
export function keepMark(name: string): string {
  return `${name}.keep`;
}
