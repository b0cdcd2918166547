import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
