/** npm start: installs what is missing, builds the web UI when it is stale, starts Nester and a Harvester for this machine. Works on any Node from 18 on. */
import { install, installIsStale } from './install.js';
import { become, fail, onStopSignal } from './runtime.js';
import { step } from './steps.js';
import { buildWeb, webIsStale } from './web-build.js';

if (Number(process.versions.node.split('.')[0]) < 18)
  fail(`Node ${process.versions.node} is too old to start with. Install Node 18 or newer.`);

// Ctrl-C ends the step at work, whose end then ends us.
let stopped = false;
const off = onStopSignal(() => {
  stopped = true;
});

try {
  if (installIsStale()) await step('1/3 installing', '1/3 installed', install);
  if (webIsStale() && !stopped) await step('2/3 building the web UI', '2/3 web UI built', buildWeb);
} catch (error) {
  if (!stopped) fail(`${/** @type {Error} */ (error).message}\n\nAerie did not start. Mend what stands above, then run "npm start" again.`);
}
if (stopped) fail('Stopped before Nester was started.');
off();
console.log('3/3 starting Nester, and a Harvester for this machine');
become('scripts/both.ts', process.argv.slice(2));
