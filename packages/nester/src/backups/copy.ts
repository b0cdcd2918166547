import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { basename } from 'node:path/posix';
import { checksumFile } from './reading.ts';

/** Keys as OpenSSH names them. */
const identities = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/**
 * Sends a backup and its checksum into a folder of another machine, by SFTP: under another name first, down to the disk
 * there, then renamed. Nobody is asked for a password, and a host whose key is not known is not spoken to.
 * @param target USER@HOST:FOLDER, as the setting allows it
 * @param data the folder of data; keys, known hosts and a configuration of OpenSSH in its `.ssh` are used where there are any
 * @throws Error with one line: what is wrong and the mend
 */
export async function copyBackup(file: string, target: string, data: string): Promise<void> {
  const cut = target.indexOf(':', target.indexOf(']') + 1);
  const [remote, there] = [target.slice(0, cut), target.slice(cut + 1)];
  const folder = there.startsWith('/') ? there : `./${there}`;
  const name = basename(file);
  // Always the same one for this Nester: what a copy that was cut off leaves there is written over.
  const part = `.aerie-part-${createHash('sha256').update(`${hostname()} ${data}`).digest('hex').slice(0, 12)}`;
  // Names of our own letters only, and files of the folder in which it runs: nothing needs to be quoted.
  const batch = [`cd ${folder}`, ...[checksumFile(name), name].flatMap(one => [`put -f ${one} ${part}`, `rename ${part} ${one}`])];
  const child = spawn('sftp', ['-b', '-', ...options(join(data, '.ssh')), '--', remote], {
    cwd: dirname(file),
    // Root does not do what a user's configuration of OpenSSH says.
    ...(process.getuid?.() === 0 && ownerOf(data)),
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_096);
  });
  child.stdin.on('error', () => {}).end(`${batch.join('\n')}\n`);
  const code = await once(child, 'close').then(
    ([status, signal]) => status ?? signal,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (code === 0) return;
  if (code === 'ENOENT') throw new Error('sftp is not on this machine: "apt-get install openssh-client" brings it.');
  throw new Error(`The copy to ${target} failed: ${reasonOf(said, code)}.`);
}

function ownerOf(folder: string): { uid: number; gid: number } {
  const { uid, gid } = statSync(folder);
  return { uid, gid };
}

function options(folder: string): string[] {
  const file = (name: string) => (existsSync(join(folder, name)) ? join(folder, name) : undefined);
  const [configuration, knownHosts] = [file('config'), file('known_hosts')];
  const keys = identities.map(file).filter(key => key !== undefined);
  const settings = {
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    UpdateHostKeys: 'no',
    ConnectTimeout: '20',
    ServerAliveInterval: '15',
    ServerAliveCountMax: '4',
    LogLevel: 'ERROR',
    ...(keys.length > 0 && { IdentitiesOnly: 'yes' }),
    // Percent signs stand for something in it, and spaces divide.
    ...(knownHosts && { UserKnownHostsFile: `"${knownHosts.replaceAll('%', '%%')}"` }),
  };
  return [
    ...(configuration ? ['-F', configuration] : []),
    ...keys.flatMap(key => ['-i', key]),
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
  ];
}

/** What ssh or sftp said, without what is of no use in one line. */
function reasonOf(said: string, code: unknown): string {
  if (/Host key verification failed|No \S+ host key is known/.test(said))
    return 'its host key is not known, or another one. Put the right one into known_hosts (ssh-keyscan HOST), and compare its fingerprint';
  const lines = said
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !/^(?:Connection closed|@)/.test(line));
  return (lines.at(-1) ?? `sftp ended with ${String(code)}`).replace(/[.\r]+$/, '');
}
