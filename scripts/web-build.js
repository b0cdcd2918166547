/** Builds the web UI and the dashboard of a probe when what it is made of has changed. Plain JavaScript: npm start runs it on any Node from 18 on. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pinnedNode, root } from './runtime.js';
import { runQuietly } from './steps.js';

const web = join(root, 'packages', 'web');
const built = join(web, 'dist');
const stampName = '.sources.sha256';

/** All that ends up in the built files. */
const sources = [
  'package-lock.json',
  'docs/runbooks',
  'packages/contract/src',
  'packages/client/src',
  'packages/web/src',
  'packages/web/public',
  'packages/web/index.html',
  'packages/web/probe.html',
  'packages/web/package.json',
  'packages/web/vite.config.ts',
];

/** Whether packages/web/dist is missing or was built from other sources. */
export function webIsStale() {
  const stamp = join(built, stampName);
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== sourcesHash();
}

/**
 * Builds the web UI. The old files stay until the new ones are complete, so that a running Nester is never without.
 * @throws when the build fails, with what it printed
 */
export async function buildWeb() {
  const hash = sourcesHash();
  const work = join(root, 'node_modules', '.aerie', `web-${process.pid}`);
  const fresh = join(work, 'new');
  mkdirSync(work, { recursive: true });
  try {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    // Whatever NODE_ENV says here: what is served is never React's larger one for development.
    const how = { cwd: web, env: { ...process.env, NODE_ENV: 'production' } };
    const quietly = ['--emptyOutDir', '--logLevel', 'warn'];
    await runQuietly(pinnedNode, [vite, 'build', '--outDir', fresh, ...quietly], how);
    await runQuietly(pinnedNode, [vite, 'build', '--mode', 'probe', '--outDir', join(fresh, 'probe'), ...quietly], how);
    writeFileSync(join(fresh, stampName), hash);
    if (existsSync(built)) renameSync(built, join(work, 'old'));
    renameSync(fresh, built);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function sourcesHash() {
  const hash = createHash('sha256');
  for (const file of sources.flatMap(source => filesBelow(join(root, source))).sort()) {
    if (/\.test\.tsx?$/.test(file)) continue;
    const content = readFileSync(file);
    hash.update(`${relative(root, file)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/**
 * @param {string} path a file or a folder, or nothing
 * @returns {string[]}
 */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap(name => filesBelow(join(path, name)));
}
