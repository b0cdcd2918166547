import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import { root } from '../kit/scratch.ts';
import { bootMs, Machine } from './machine.ts';

/** With what the ecosystem file is tried. */
const version = '7.0.4';
const home = '/home/aerie';
const data = `${home}/data`;
const log = `${home}/classcord.log`;

needs('mmdebstrap', 'nspawn')('Aerie under PM2', () => {
  let machine: Machine;

  beforeAll(async () => {
    const folder = await pm2Folder();
    machine = await Machine.boot({ folders: { '/srv/aerie': root, '/opt/pm2': folder } });
    await machine.run('useradd', ['--create-home', '--shell', '/bin/bash', 'aerie']);
    // As `npm install --global` and a Node of the machine put them.
    await machine.run('ln', ['-s', '/srv/aerie/node_modules/node/bin/node', '/usr/local/bin/node']);
    await machine.run('ln', ['-s', '/opt/pm2/node_modules/pm2/bin/pm2', '/usr/local/bin/pm2']);
    for (const name of ['nester', 'harvester'])
      await machine.run('ln', ['-s', `/srv/aerie/packages/${name}/bin/${name}.js`, `/usr/local/bin/${name}`]);
  }, bootMs);
  afterAll(() => machine?.stop());

  const environment = {
    HOME: home,
    AERIE_DATA: data,
    AERIE_LOG: log,
    HARVESTER_DATA: `${home}/probe`,
    PM2_DISABLE_VERSION_CHECK: 'true',
  };
  /** Runs a line as somebody types it at the top of the copy. */
  // runs: cd /srv/aerie
  const type = async (line: string) => {
    const { stdout } = await machine.run('sh', ['-euc', `cd /srv/aerie; ${line}`], { as: 'aerie', env: environment });
    return stdout;
  };
  const answers = (url: string) =>
    machine.until(`${url} to answer`, async () => (await machine.run('curl', ['-sf', url], { mayFail: true })).code === 0, 60_000);
  const pidOf = async (name: string) => Number((await type(`pm2 pid ${name}`)).trim().split('\n').at(-1));

  it('starts Nester, and the Harvester once it is enrolled', async () => {
    await type('pm2 start deploy/pm2/ecosystem.config.cjs --only nester');
    await answers('http://127.0.0.1:3000/healthz');
    expect(await type('pm2 logs nester --nostream --raw')).toMatch(/http:\S+\/setup#\S+/);
    await type('nester site add LYON Lyon');
    const code = / enrol \S+ ([\w-]+)/.exec(await type('nester probe code --site LYON'))?.[1];
    // runs: harvester enrol http://127.0.0.1:3000 CODE
    await type(`harvester enrol http://127.0.0.1:3000 ${code}`);
    await type('pm2 start deploy/pm2/ecosystem.config.cjs --only harvester');
    await answers('http://127.0.0.1:5000/');
    // Nothing of PM2 is in the process: it runs on the Node that it brings.
    const command = machine.read(`/proc/${await pidOf('nester')}/cmdline`).split('\0');
    expect(command[0]).toBe('/srv/aerie/node_modules/node/bin/node');
    expect(command).toContain('/srv/aerie/packages/nester/src/main.ts');
  });

  it('is back after kill -9', async () => {
    const before = await pidOf('nester');
    const began = performance.now();
    await machine.run('kill', ['-9', String(before)]);
    await machine.until('another process', async () => ![before, 0, Number.NaN].includes(await pidOf('nester')));
    await answers('http://127.0.0.1:3000/healthz');
    console.log(`kill -9 of Nester under PM2: it answers again within ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    await type('nester backup');
    await type('nester doctor');
    expect(await type('pm2 describe nester')).toMatch(/restarts\s+│ 1\b/);
  });

  it('opens its log again, and PM2 its own', async () => {
    const own = `${home}/.pm2/logs/nester-out.log`;
    for (const file of [log, own]) await type(`mv ${file} ${file}.1`);
    await type('pm2 sendSignal SIGHUP nester');
    await type('pm2 reloadLogs');
    await machine.until('both to be there', () => [log, own].every(file => existsSync(machine.path(file))));
    await type('nester site add NICE Nice');
    await machine.until('a line in the new one', () => machine.read(log).includes('NICE'));
  });

  it('drains when it is stopped', async () => {
    const pid = await pidOf('nester');
    await type('pm2 stop nester');
    expect(existsSync(machine.path(`/proc/${pid}`))).toBe(false);
    expect(machine.read(log)).toContain('[STOP] Nester has stopped');
    await type('pm2 restart nester');
    await answers('http://127.0.0.1:3000/healthz');
  });

  it('is there after a reboot', async () => {
    await type('pm2 delete nester harvester');
    await type('pm2 start deploy/pm2/ecosystem.config.cjs');
    const startup = 'pm2 startup systemd -u aerie --hp /home/aerie';
    await machine.run('sh', ['-euc', startup], { env: { PM2_DISABLE_VERSION_CHECK: 'true' } });
    await type('pm2 save');
    await machine.reboot();
    await answers('http://127.0.0.1:3000/healthz');
    await answers('http://127.0.0.1:5000/');
    expect((await machine.run('systemctl', ['is-active', 'pm2-aerie'])).stdout).toBe('active\n');
    expect(await type('nester site list')).toContain('NICE');
  });
});

// runs: npm install --global pm2@7.0.4
/** PM2 as npm installs it, kept between runs: too large to be installed with what Aerie itself needs. */
async function pm2Folder(): Promise<string> {
  const folder = `/var/cache/aerie-lab/pm2-${version}`;
  if (existsSync(folder)) return folder;
  mkdirSync(join(folder, '..'), { recursive: true, mode: 0o700 });
  const script = 'test ! -d "$0" || exit 0; rm -rf "$0.new"; npm install --prefix "$0.new" --no-audit --no-fund "$1"; mv "$0.new" "$0"';
  await promisify(execFile)('flock', [`${folder}.lock`, 'sh', '-euc', script, folder, `pm2@${version}`]);
  return folder;
}
