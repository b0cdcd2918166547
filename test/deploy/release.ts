import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { pack, seal, sourceVersion } from '../../scripts/release-tree.js';
import { root, scratchFolder } from '../kit/scratch.ts';

const run = promisify(execFile);

/** What a release is made of. */
const sources = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'VERSION',
  'deploy',
  'docs',
  'examples',
  'package-lock.json',
  'packages',
  'scripts',
];
/** Releases of earlier runs are kept here, for as long as their sources stay as they were. */
const cache = join(root, 'dist', 'release-of-tests');

export interface Release {
  /** The unpacked tree, whose name is the archive's without its ending. Nobody writes into it. */
  tree: string;
  archive: string;
  version: string;
}

/** The release of the present sources, made once for all suites that ask for it; the first waits about ten seconds. */
export async function release(): Promise<Release> {
  const { version, commit } = sourceVersion();
  const name = `aerie-${version}-linux-${process.arch}`;
  const folder = join(cache, keyOf(`${version} ${commit}`));
  const made = { tree: join(folder, name), archive: join(folder, `${name}.tar.gz`), version };
  const unlock = await lock();
  try {
    if (existsSync(made.archive)) return made;
    for (const old of readdirSync(cache)) if (old !== 'lock' && isOver(join(cache, old))) rmSync(join(cache, old), { recursive: true });
    // runs: npm run release
    const part = `${folder}.part`;
    await run(process.execPath, [join(root, 'scripts/release.js'), '--out', part, '--level', '1']);
    await run('tar', ['-xzf', join(part, `${name}.tar.gz`), '-C', part]);
    renameSync(part, folder);
    return made;
  } finally {
    unlock();
  }
}

/** Another release: that one with another version, and with some of its files changed. */
export function changed(of: Release, version: string, edits: Readonly<Record<string, (text: string) => string>> = {}): Release {
  const folder = scratchFolder('release');
  const tree = join(folder, `aerie-${version}-linux-${process.arch}`);
  // Links to the same files, of which those that change are written anew.
  execFileSync('cp', ['-al', of.tree, tree]);
  const all = { VERSION: (text: string) => text.replace(of.version, version), ...edits };
  for (const [path, edit] of Object.entries(all)) {
    const before = existsSync(join(tree, path)) ? readFileSync(join(tree, path), 'utf8') : '';
    const after = edit(before);
    if (after === before) throw new Error(`${path} would stay as it is`);
    rmSync(join(tree, path), { force: true });
    writeFileSync(join(tree, path), after);
  }
  seal(tree);
  const archive = join(folder, `${basename(tree)}.tar.gz`);
  pack(tree, archive, { at: sourceVersion().at, level: 1 });
  return { tree, archive, version };
}

/** A release of other sources; not the one that another run made a while ago and works with. */
function isOver(folder: string): boolean {
  return Date.now() - statSync(folder).mtimeMs > 3_600_000;
}

/** Another one whenever a file has changed. */
function keyOf(version: string): string {
  const hash = createHash('sha256').update(version);
  const add = (path: string) => {
    const stats = statSync(join(root, path));
    if (!stats.isDirectory()) hash.update(`${path} ${stats.size} ${stats.mtimeMs}\n`);
    // Built anew when its sources change, which are in it.
    else if (path !== 'packages/web/dist') for (const name of readdirSync(join(root, path)).sort()) add(join(path, name));
  };
  for (const path of sources) add(path);
  return hash.digest('hex').slice(0, 16);
}

/** Suites run beside each other: the first makes the release, the others wait. A lock of a process that is no more is nobody's. */
async function lock(): Promise<() => void> {
  mkdirSync(cache, { recursive: true });
  const file = join(cache, 'lock');
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch {
      const holder = existsSync(file) ? readFileSync(file, 'utf8') : '';
      if (holder !== '' && !existsSync(`/proc/${holder}`)) rmSync(file, { force: true });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 100);
    await promise;
  }
}
