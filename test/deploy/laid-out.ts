import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { root } from '../kit/scratch.ts';
import type { Machine, MachineOptions } from './machine.ts';

const shipped = join(root, 'deploy/debian');
const release = '/opt/aerie/releases/here';

/** For `Machine.boot`: this copy of the repository stands where a release does. */
export const withRelease: Pick<MachineOptions, 'folders'> = { folders: { [release]: root } };

const nesterSettings = `data = "/var/lib/aerie"
secretKeyFile = "/etc/aerie/secret.key"
log = "/var/log/classcord/classcord.log"
http = "127.0.0.1:3000"
tcp = "0.0.0.0:12345"
`;

/**
 * Puts in place what the installation does for the services, and no more of it: accounts, folders, wrappers, settings, the key and
 * the units. The units are enabled, not started.
 */
export async function layOut(machine: Machine): Promise<void> {
  await machine.run('ln', ['-sfn', 'releases/here', '/opt/aerie/current']);
  for (const [account, home] of [
    ['aerie', '/var/lib/aerie'],
    ['harvester', '/var/lib/harvester'],
  ] as const) {
    await machine.run('useradd', ['--system', '--user-group', '--home-dir', home, '--shell', '/usr/sbin/nologin', account]);
    await machine.run('install', ['-d', '-o', account, '-g', account, '-m', '0700', home]);
  }
  await machine.run('install', ['-d', '-o', 'aerie', '-g', 'adm', '-m', '2750', '/var/log/classcord']);
  for (const name of ['nester', 'harvester']) {
    machine.write(`/usr/local/bin/${name}`, readFileSync(join(shipped, 'bin', name)), { mode: 0o755 });
    machine.write(`/etc/systemd/system/${name}.service`, readFileSync(join(shipped, 'systemd', `${name}.service`)));
  }
  machine.write('/etc/aerie/nester.toml', nesterSettings, { mode: 0o640, owner: 'root:aerie' });
  machine.write('/etc/aerie/harvester.toml', 'data = "/var/lib/harvester"\n', { mode: 0o640, owner: 'root:harvester' });
  await machine.run('nester', ['secret', 'make']);
  await machine.run('systemctl', ['daemon-reload']);
  await machine.run('systemctl', ['enable', 'nester', 'harvester']);
}

/** A property of a unit, as systemd has it. */
export async function property(machine: Machine, unit: string, name: string): Promise<string> {
  return (await machine.run('systemctl', ['show', '--value', '-p', name, unit])).stdout.trim();
}

/** How much the units leave open as systemd reckons it, from 0 to 10. Fails when there is anything to complain of in them. */
export async function soundUnits(machine: Machine): Promise<{ nester: number; harvester: number }> {
  const files = ['nester', 'harvester'].map(name => `/etc/systemd/system/${name}.service`);
  expect(await machine.run('systemd-analyze', ['verify', ...files], { mayFail: true })).toEqual({ code: 0, stdout: '', stderr: '' });
  const { stdout } = await machine.run('systemd-analyze', ['security', '--no-pager']);
  const exposure = (unit: string) => Number(new RegExp(`^${unit}.service +([\\d.]+)`, 'm').exec(stdout)![1]);
  return { nester: exposure('nester'), harvester: exposure('harvester') };
}
