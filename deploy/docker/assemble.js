/**
 * Builds the web UI, lays out a release in the first folder, and puts it as an archive into the second: what the images hold, and
 * what Nester hands to the probes that join it. Run while an image is made.
 */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { layOut, pack, seal, sourceVersion } from '../../scripts/release-tree.js';
import { fail } from '../../scripts/runtime.js';
import { buildWeb } from '../../scripts/web-build.js';

const [folder, probes] = process.argv.slice(2);
if (!folder || !probes) fail('Name the folder to lay the release out in, and the one for its archive.');
await buildWeb();
// There is no git in a build: the commit is an argument of it.
const version = { ...sourceVersion(), commit: process.env.AERIE_COMMIT ?? '' };
const name = `aerie-${version.version}-linux-${process.arch}`;
const tree = join(dirname(folder), name);
layOut(tree, version);
const certificates = join(tree, 'deploy', 'docker', 'ca');
for (const file of readdirSync(certificates)) if (file.endsWith('.crt')) rmSync(join(certificates, file));
seal(tree);
mkdirSync(probes, { recursive: true });
pack(tree, join(probes, `${name}.tar.gz`), version);
renameSync(tree, folder);
