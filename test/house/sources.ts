import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const folders = '{packages/*/{src,test,bin},scripts,bench,demo,test}';

/** The project's TypeScript and JavaScript, by path from the root. */
export function sources(): Map<string, string> {
  const paths = globSync(`${folders}/**/*.{ts,tsx,js}`, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] });
  return new Map(paths.sort().map(path => [path, readFileSync(join(root, path), 'utf8')]));
}
