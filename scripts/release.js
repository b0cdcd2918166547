/** npm run release: makes dist/release/aerie-VERSION-linux-ARCH.tar.gz, which runs without npm and without a Node of the machine. Works on any Node from 18 on. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { install, installIsStale } from './install.js';
import { layOut, pack, seal, sourceVersion } from './release-tree.js';
import { fail, root } from './runtime.js';
import { step } from './steps.js';
import { buildWeb, webIsStale } from './web-build.js';

if (process.platform !== 'linux') fail('A release is made on Linux: it holds the Node of the machine that makes it.');

try {
  if (installIsStale()) await step('1/3 installing', '1/3 installed', install);
  if (webIsStale()) await step('2/3 building the web UI', '2/3 web UI built', buildWeb);
  const archive = await step('3/3 making the release', '3/3 release made', makeRelease);
  const bytes = readFileSync(archive);
  console.log(`${relative(process.cwd(), archive)}`);
  console.log(`size ${(statSync(archive).size / 1e6).toFixed(1)} MB, sha256 ${createHash('sha256').update(bytes).digest('hex')}`);
} catch (error) {
  fail(`${/** @type {Error} */ (error).message}\n\nNo release was made. Mend what stands above, then run "npm run release" again.`);
}

async function makeRelease() {
  const version = sourceVersion();
  const name = `aerie-${version.version}-linux-${process.arch}`;
  const folder = join(root, 'dist', 'release');
  const tree = join(folder, name);
  mkdirSync(folder, { recursive: true });
  layOut(tree, version);
  seal(tree);
  const archive = `${tree}.tar.gz`;
  pack(tree, archive, version);
  rmSync(tree, { recursive: true });
  return archive;
}
