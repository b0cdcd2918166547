/** npm run check: everything that can be said of the sources without running the product. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onLeash, root } from './runtime.js';

const checks: { name: string; tool: string; args: string[] }[] = [
  { name: 'types', tool: 'typescript/bin/tsc', args: ['-p', '.'] },
  { name: 'types of the web UI', tool: 'typescript/bin/tsc', args: ['--noEmit', '-p', 'packages/web'] },
  { name: 'lint and format', tool: '@biomejs/biome/bin/biome', args: ['ci', '--error-on-warnings', '.'] },
  { name: 'dead code', tool: 'knip/bin/knip.js', args: [] },
  { name: 'house boundaries', tool: 'vitest/vitest.mjs', args: ['run', '--project=house'] },
];

const failed: string[] = [];
for (const { name, tool, args } of checks) {
  console.log(`── ${name}`);
  const path = join(root, 'node_modules', tool);
  if (!existsSync(path)) throw new Error(`${path} is missing. Run "npm ci" in ${root}, then try again.`);
  const child = onLeash([path, ...args], { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) failed.push(name);
}
console.log(failed.length === 0 ? `all ${checks.length} checks passed` : `failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
