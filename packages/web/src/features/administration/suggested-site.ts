import type { IntakeFile, Site } from '@aerie/contract';
import { plain } from '../../app/matching.ts';

/** The words of a name, as they are compared. */
function wordsOf(text: string): string[] {
  return plain(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word.length > 1);
}

/**
 * The site that a file most likely belongs to, by the franchise that it speaks of or the folder in which it lay; undefined
 * when several fit as well, and of a file that was not understood: a site would not help it.
 */
export function suggestedSite(
  { hint, siteCode, shape }: Pick<IntakeFile, 'hint' | 'siteCode' | 'shape'>,
  sites: readonly Site[],
): Site | undefined {
  if (shape === null) return undefined;
  for (const said of [siteCode, hint]) {
    if (said === null || said.trim() === '') continue;
    const exact = sites.find(site => plain(site.code) === plain(said.trim()) || plain(site.name) === plain(said.trim()));
    if (exact) return exact;
    const wanted = new Set(wordsOf(said));
    const scored = sites
      .map(site => ({ site, score: wordsOf(`${site.name} ${site.code}`).filter(word => wanted.has(word)).length }))
      .filter(each => each.score > 0)
      .sort((a, b) => b.score - a.score);
    const [first, second] = scored;
    if (first && first.score > (second?.score ?? 0)) return first.site;
  }
  return undefined;
}
