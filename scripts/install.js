/** Installs what package-lock.json names. Plain JavaScript for any Node from 18 on. */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pinnedNode, root } from './runtime.js';
import { runQuietly } from './steps.js';

/** Whether node_modules lacks something that package-lock.json names, or has another version of it. */
export function installIsStale() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record) || !existsSync(pinnedNode)) return true;
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const present = packagesIn(record);
  return Object.entries(wanted).some(
    ([path, entry]) =>
      path.startsWith('node_modules/') && !entry.optional && !entry.peer && !entry.link && present[path]?.version !== entry.version,
  );
}

/** Runs `npm ci`. @throws with what npm printed when it fails */
export async function install() {
  // Not with the pinned Node, which npm is about to replace: npm puts node_modules/.bin first in the PATH of its scripts.
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => !folder.startsWith(join(root, 'node_modules')));
  const env = { ...process.env, PATH: folders.join(delimiter) };
  // The UI is built here, which takes the development packages too, whatever NODE_ENV says.
  await runQuietly('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], { cwd: root, env });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean, peer?: boolean, link?: boolean }>}
 */
function packagesIn(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
