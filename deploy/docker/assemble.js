/** Builds the web UI and lays out a release in the folder that is named: what the images hold. Run while an image is made. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { layOut, sourceVersion } from '../../scripts/release-tree.js';
import { fail } from '../../scripts/runtime.js';
import { buildWeb } from '../../scripts/web-build.js';

const [folder] = process.argv.slice(2);
if (!folder) fail('Name the folder to lay the release out in.');
await buildWeb();
// There is no git in a build: the commit is an argument of it.
layOut(folder, { ...sourceVersion(), commit: process.env.AERIE_COMMIT ?? '' });
const certificates = join(folder, 'deploy', 'docker', 'ca');
for (const name of readdirSync(certificates)) if (name.endsWith('.crt')) rmSync(join(certificates, name));
