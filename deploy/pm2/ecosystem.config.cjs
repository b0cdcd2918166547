/**
 * Nester and a Harvester under PM2 (https://pm2.keymetrics.io), on a machine without systemd or by habit:
 *
 *   pm2 start deploy/pm2/ecosystem.config.cjs --only nester
 *
 * Where they were installed by deploy/debian/install.sh it runs what is installed; otherwise this copy. Settings come from the
 * environment of that line (AERIE_…, HARVESTER_…), or from the file that AERIE_CONFIG or HARVESTER_CONFIG names.
 */
const { existsSync } = require('node:fs');
const { join, sep } = require('node:path');

const root = join(__dirname, '..', '..');
const isInstalled = root.startsWith(`${sep}opt${sep}aerie${sep}`);

/** What runs a program: on an installed machine the one that follows an upgrade. */
function program(name) {
  const installed = `/usr/local/bin/${name}`;
  return isInstalled && existsSync(installed) ? installed : join(root, 'packages', name, 'bin', `${name}.js`);
}

const both = {
  // PM2 starts it and stays out of it: the program brings its own Node.
  interpreter: 'none',
  exec_mode: 'fork',
  autorestart: true,
  // Back at once after a crash; what crashes again and again is tried less and less often, and never given up.
  exp_backoff_restart_delay: 100,
  // Draining takes 5 s at most, then the database is closed. Only after this is it killed.
  kill_timeout: 30_000,
  // Nothing is watched, and nobody asks git.
  watch: false,
  vizion: false,
  // What they print has no times of its own. Their log has: AERIE_LOG.
  log_date_format: 'YYYY-MM-DDTHH:mm:ss.SSSZ',
  merge_logs: true,
};

module.exports = {
  apps: [
    { name: 'nester', script: program('nester'), args: 'serve', ...both },
    { name: 'harvester', script: program('harvester'), args: 'run', ...both },
  ],
};
