/** npm run bench: every measured comparison; npm run bench -- NAME --json: one. A comparison is one file, bench/NAME.ts. */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { become, exitAs, fail, onLeash, root } from './runtime.js';

const names = readdirSync(join(root, 'bench'))
  .filter(file => file.endsWith('.ts'))
  .map(file => file.slice(0, -'.ts'.length))
  .sort();
const [name, ...args] = process.argv.slice(2);

if (name === undefined || name.startsWith('-')) await runAll(process.argv.slice(2));
else if (names.includes(name)) become(`bench/${name}.ts`, args);
else fail(`There is no comparison "${name}". There are: ${names.join(', ')}.`);

/**
 * One after the other: they would disturb each other.
 * @param {string[]} options
 */
async function runAll(options) {
  for (const each of names) {
    const child = onLeash([join(root, 'bench', `${each}.ts`), ...options], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    const [code, signal] = await once(child, 'exit');
    if (code !== 0) exitAs(code, signal);
  }
}
