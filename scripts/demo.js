/** npm run demo: installs what is missing, builds the web UI when it is stale, and starts the demonstration. Works on any Node from 18 on. */
import { install, installIsStale } from './install.js';
import { become, fail, onStopSignal } from './runtime.js';
import { step } from './steps.js';
import { buildWeb, webIsStale } from './web-build.js';

if (Number(process.versions.node.split('.')[0]) < 18)
  fail(`Node ${process.versions.node} is too old to start with. Install Node 18 or newer.`);

let stopped = false;
const off = onStopSignal(() => {
  stopped = true;
});
try {
  if (installIsStale()) await step('installing', 'installed', install);
  if (webIsStale() && !stopped) await step('building the web UI', 'web UI built', buildWeb);
} catch (error) {
  if (!stopped)
    fail(
      `${/** @type {Error} */ (error).message}\n\nThe demonstration did not start. Mend what stands above, then run "npm run demo" again.`,
    );
}
if (stopped) fail('Stopped before the demonstration was started.');
off();
become('demo/main.ts', process.argv.slice(2));
