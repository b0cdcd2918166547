import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Program {
  /** Names that its executable goes by. */
  commands: readonly string[];
  /** Folders to look in besides PATH. */
  folders?: () => string[];
  /** The Debian packages that bring it. */
  packages: readonly string[];
  /** What it needs besides being there, and whether this process has it. */
  besides?: { says: string; holds: () => boolean };
}

/** Programs that some test suites and benchmarks need and npm does not bring. */
const programs = {
  chromium: { commands: ['chromium', 'chromium-browser', 'google-chrome'], packages: ['chromium'] },
  curl: { commands: ['curl'], packages: ['curl'] },
  'docker-compose': { commands: ['docker-compose'], packages: ['docker-compose'] },
  dockerd: {
    commands: ['dockerd'],
    folders: () => ['/usr/sbin'],
    packages: ['docker.io', 'iptables'],
    besides: { says: 'and run as root', holds: mayMakeNamespaces },
  },
  fail2ban: { commands: ['fail2ban-server'], packages: ['fail2ban', 'nftables'] },
  gcc: { commands: ['gcc'], packages: ['gcc', 'libc6-dev'] },
  inspircd: { commands: ['inspircd'], folders: () => ['/usr/sbin'], packages: ['inspircd'] },
  logrotate: { commands: ['logrotate'], folders: () => ['/usr/sbin'], packages: ['logrotate'] },
  mmdebstrap: { commands: ['mmdebstrap'], packages: ['mmdebstrap', 'debian-archive-keyring'] },
  mount: { commands: ['mount'], packages: ['mount'], besides: { says: 'and run as root', holds: mayMakeNamespaces } },
  netns: {
    commands: ['ip'],
    folders: () => ['/usr/sbin', '/sbin'],
    packages: ['iproute2'],
    besides: { says: 'and run as root', holds: mayMakeNamespaces },
  },
  nginx: { commands: ['nginx'], folders: () => ['/usr/sbin'], packages: ['nginx-light'] },
  ngircd: { commands: ['ngircd'], folders: () => ['/usr/sbin'], packages: ['ngircd'] },
  nspawn: {
    commands: ['systemd-nspawn'],
    packages: ['systemd-container'],
    besides: { says: 'and run as root', holds: mayMakeNamespaces },
  },
  nmap: { commands: ['nmap'], packages: ['nmap'] },
  pebble: { commands: ['pebble'], packages: ['pebble'] },
  postgres: { commands: ['postgres'], folders: postgresFolders, packages: ['postgresql'] },
  prometheus: { commands: ['prometheus'], packages: ['prometheus'] },
  python3: { commands: ['python3'], packages: ['python3'] },
  setpriv: { commands: ['setpriv'], packages: ['util-linux'] },
  shellcheck: { commands: ['shellcheck'], packages: ['shellcheck'] },
  sshd: { commands: ['sshd'], folders: () => ['/usr/sbin', '/sbin'], packages: ['openssh-server', 'openssh-client'] },
  tmux: { commands: ['tmux'], packages: ['tmux'] },
  ufw: { commands: ['ufw'], folders: () => ['/usr/sbin'], packages: ['ufw'] },
  'victoria-metrics': { commands: ['victoria-metrics'], packages: ['victoria-metrics'] },
  wget: { commands: ['wget'], packages: ['wget'] },
  // The tables that its package brings are needed too.
  zabbix: { commands: ['zabbix_server'], folders: () => ['/usr/sbin'], packages: ['zabbix-server-pgsql', 'postgresql'] },
} satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;
export const programNames = Object.keys(programs) as ProgramName[];

/** Where a program's executable is, or undefined when this machine does not have it. */
export function programPath(name: ProgramName): string | undefined {
  const program: Program = programs[name];
  if (program.besides?.holds() === false) return undefined;
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...(program.folders?.() ?? [])];
  return program.commands.flatMap(command => folders.map(folder => join(folder, command))).find(isExecutable);
}

/** The Debian packages that bring these programs. */
export function packagesOf(names: readonly ProgramName[]): string[] {
  return names.flatMap(name => programs[name].packages);
}

/** The line that installs a program. */
export function installLine(name: ProgramName): string {
  const { packages, besides }: Program = programs[name];
  return [`apt-get install ${packages.join(' ')}`, besides?.says].filter(Boolean).join(', ');
}

/** CAP_SYS_ADMIN and CAP_NET_ADMIN: root has them, but not in every container. */
function mayMakeNamespaces(): boolean {
  try {
    const bits = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`);
    return ((bits >> 21n) & 1n) === 1n && ((bits >> 12n) & 1n) === 1n;
  } catch {
    return false;
  }
}

/** Debian keeps the servers of PostgreSQL's versions side by side, out of PATH; the newest first. */
function postgresFolders(): string[] {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base) : [];
  return versions.sort((a, b) => Number(b) - Number(a)).map(version => join(base, version, 'bin'));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
