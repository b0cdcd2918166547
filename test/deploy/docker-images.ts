import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { pinnedNode } from '../../scripts/runtime.js';
import { program } from '../kit/needs.ts';
import { root } from '../kit/scratch.ts';
import type { DockerEngine } from './docker-engine.ts';

const run = promisify(execFile);
/** What is long to make is kept between runs; nobody but root may put something there. */
const cache = '/var/cache/aerie-lab';

/** What the official image leaves out too. */
const slim = ['doc/*', 'man/*', 'locale/*', 'info/*', 'lintian/*'].map(path => `--dpkgopt=path-exclude=/usr/share/${path}`);

/**
 * Stands in for the images that Docker Hub has and a test machine cannot fetch: Debian made with this machine's own sources, and the
 * same with Node and npm.
 */
export async function makeBaseImages(engine: DockerEngine): Promise<void> {
  const debian = await kept('docker-bookworm-slim.tar', '"$1" --quiet --mode=root --variant=minbase --format=tar "$@" bookworm "$0.new"', [
    ...slim,
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
  ]);
  await engine.docker(['import', debian, 'debian:bookworm-slim']);
  const stage = mkdtempSync(join(tmpdir(), 'aerie-node-image-'));
  try {
    const npm = dirname(dirname(realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim())));
    const bin = join(stage, 'usr/local/bin');
    mkdirSync(bin, { recursive: true });
    cpSync(pinnedNode, join(bin, 'node'));
    cpSync(npm, join(stage, 'usr/local/lib/node_modules/npm'), { recursive: true });
    symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(bin, 'npm'));
    const tar = join(stage, 'node.tar');
    cpSync(debian, tar);
    // No folders: an archive may not name one twice.
    const files = readdirSync(join(stage, 'usr'), { recursive: true, withFileTypes: true }).filter(entry => !entry.isDirectory());
    writeFileSync(join(stage, 'list'), files.map(file => `./${relative(stage, join(file.parentPath, file.name))}\n`).join(''));
    await run('tar', ['--append', '--file', tar, '--owner=0', '--group=0', '-C', stage, '--files-from', join(stage, 'list')]);
    await engine.docker(['import', tar, 'node:24-bookworm-slim']);
  } finally {
    rmSync(stage, { recursive: true });
  }
}

/** Builds the images as the papers say, in the network where npm and apt are. */
export async function buildImages(engine: DockerEngine): Promise<void> {
  const { commit, version } = builtOf;
  // The same files for both, whatever else changes in the folder meanwhile.
  const copy = mkdtempSync(join(tmpdir(), 'aerie-context-'));
  try {
    const tracked = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const files = execFileSync('git', tracked, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
      .split('\0')
      .filter(Boolean);
    for (const file of files) if (existsSync(join(root, file))) cpSync(join(root, file), join(copy, file), { verbatimSymlinks: true });
    // What this machine believes besides what Node does: a proxy may open TLS on the way.
    const { NODE_EXTRA_CA_CERTS: own } = process.env;
    if (own) cpSync(own, join(copy, 'deploy/docker/ca/this-machine.crt'));
    // runs: docker build -f deploy/docker/Dockerfile --target nester -t aerie/nester .
    // runs: docker build -f deploy/docker/Dockerfile --target nester-postgres -t aerie/nester-postgres .
    // runs: docker build -f deploy/docker/Dockerfile --target harvester -t aerie/harvester .
    for (const image of ['nester', 'nester-postgres', 'harvester']) {
      const labels = ['--build-arg', `AERIE_VERSION=${version}`, '--build-arg', `AERIE_COMMIT=${commit}`];
      const args = ['build', '-f', 'deploy/docker/Dockerfile', '--target', image, '-t', `aerie/${image}`, '--network=host', ...labels, '.'];
      await engine.docker(args, { cwd: copy, ms: 300_000 });
    }
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** What the images are made of, as they should say. */
export const builtOf = {
  version: readFileSync(join(root, 'VERSION'), 'utf8').split(' ')[0]!,
  commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
};

/** nginx and PostgreSQL as Debian has them, under the names and with the habits of the images that compose names. */
export async function makeOthersImages(engine: DockerEngine): Promise<void> {
  const context = join(root, 'test/deploy/docker-others');
  for (const [target, name] of [
    ['nginx', 'nginx:1.28-bookworm'],
    ['postgres', 'postgres:15-bookworm'],
  ] as const)
    await engine.docker(['build', '--target', target, '-t', name, '--network=host', context], { ms: 300_000 });
}

/** The newer compose, which Debian 12 has not: out of the package of Debian 13. */
export async function newerCompose(): Promise<string> {
  const folder = await kept('docker-compose-trixie', '"$1" --quiet --mode=root --variant=extract --format=directory "$@" trixie "$0.new"', [
    '--include=docker-compose',
  ]);
  return join(folder, 'usr/libexec/docker/cli-plugins/docker-compose');
}

/** Makes what is not there yet: `script` gets the path as $0 and makes `$0.new` with mmdebstrap ($1) and these arguments. */
async function kept(name: string, script: string, args: readonly string[]): Promise<string> {
  const path = join(cache, name);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  // One makes it and the others wait for the lock; it gets its name when it is whole.
  const whole = `test ! -e "$0" || exit 0; rm -rf "$0.new"; make=$1; shift; ${script.replace('"$1"', '"$make"')}; mv "$0.new" "$0"`;
  await run('flock', [`${path}.lock`, 'sh', '-euc', whole, path, program('mmdebstrap'), ...args], { maxBuffer: 16 * 2 ** 20 });
  return path;
}
