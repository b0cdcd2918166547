import { basename } from 'node:path';
import type { Tree } from './boundaries.ts';
import { declarationsOf } from './imports.ts';

/** Words that say nothing about what a thing is. */
const emptyWords = /(?:Manager|Helpers?|Utils?|Service|Impl)$/;
const emptyFileWords = /(?:^|[-.])(?:managers?|helpers?|utils?|services?|impl)(?:[-.]|$)/;

/** Every name that breaks the rules of the house, as `file: why`. */
export function nameFaults(tree: Tree): string[] {
  const faults: string[] = [];
  for (const [path, source] of tree) {
    const file = basename(path);
    // A React page may be named as the component it holds.
    const component = path.startsWith('packages/web/') && /^[A-Z][A-Za-z]*\.tsx$/.test(file);
    if (!component && !/^\d*[a-z0-9]+(?:[-.][a-z0-9]+)*\.(?:tsx?|js)$/.test(file)) faults.push(`${path}: name files in kebab-case`);
    if (emptyFileWords.test(file)) faults.push(`${path}: the file's name says nothing of what is in it`);
    for (const name of declarationsOf(source)) if (emptyWords.test(name)) faults.push(`${path}: the name ${name} says nothing`);
    if (file === 'index.ts' && !/^packages\/[^/]+\/src\/index\.ts$/.test(path)) faults.push(`${path}: no barrels but a package's root`);
    const ownDefault = /^export default\b/m.test(source) && !source.includes('biome-ignore lint/style/noDefaultExport');
    if (ownDefault) faults.push(`${path}: no default exports`);
  }
  return faults;
}
