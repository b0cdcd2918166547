/**
 * npm run release: makes dist/release/aerie-VERSION-linux-ARCH.tar.gz, which runs without npm and without a Node of the machine.
 * `-- --out FOLDER` puts it elsewhere, `--level 1` to `9` packs it quickly or tightly. Works on any Node from 18 on.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { install, installIsStale } from './install.js';
import { layOut, pack, seal, sourceVersion } from './release-tree.js';
import { fail, root } from './runtime.js';
import { step } from './steps.js';
import { buildWeb, webIsStale } from './web-build.js';

if (process.platform !== 'linux') fail('A release is made on Linux: it holds the Node of the machine that makes it.');

const { out, level } = readOptions();
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
  const folder = resolve(out);
  const tree = join(folder, name);
  mkdirSync(folder, { recursive: true });
  layOut(tree, version);
  seal(tree);
  const archive = `${tree}.tar.gz`;
  pack(tree, archive, { at: version.at, level });
  rmSync(tree, { recursive: true });
  return archive;
}

/** @returns {{ out: string, level: number }} */
function readOptions() {
  try {
    const { out, level } = parseArgs({
      options: { out: { type: 'string', default: join(root, 'dist', 'release') }, level: { type: 'string', default: '6' } },
    }).values;
    if (!/^[1-9]$/.test(String(level))) fail('--level is from 1 to 9.');
    return { out: String(out), level: Number(level) };
  } catch (error) {
    return fail(/** @type {Error} */ (error).message);
  }
}
