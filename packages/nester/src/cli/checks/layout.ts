import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where everything stands on a machine that `deploy/debian/install.sh` made. */
export interface Layout {
  programs: string;
  current: string;
  configFolder: string;
  configFile: string;
  probeConfigFile: string;
  secretKey: string;
  certificate: string;
  certificateKey: string;
  /** What the installer was told. */
  choices: string;
  nginxSites: string;
  cron: string;
  filters: string;
  passwd: string;
  group: string;
  osRelease: string;
  clockSign: string;
  systemd: string;
  container: readonly string[];
  meminfo: string;
  processes: string;
}

/** The usual places, or the same below another folder. */
export function layoutUnder(root = '/'): Layout {
  const at = (path: string) => join(root, path);
  return {
    programs: at('opt/aerie'),
    current: at('opt/aerie/current'),
    configFolder: at('etc/aerie'),
    configFile: at('etc/aerie/nester.toml'),
    probeConfigFile: at('etc/aerie/harvester.toml'),
    secretKey: at('etc/aerie/secret.key'),
    certificate: at('etc/aerie/tls/fullchain.pem'),
    certificateKey: at('etc/aerie/tls/privkey.pem'),
    choices: at('etc/aerie/install.conf'),
    nginxSites: at('etc/nginx/sites-enabled'),
    cron: at('etc/cron.d'),
    filters: at('etc/fail2ban/filter.d'),
    passwd: at('etc/passwd'),
    group: at('etc/group'),
    osRelease: at('etc/os-release'),
    clockSign: at('run/systemd/timesync/synchronized'),
    systemd: at('run/systemd/system'),
    container: [at('.dockerenv'), at('run/.containerenv')],
    meminfo: at('proc/meminfo'),
    processes: at('proc'),
  };
}

/** How this Nester came here: by the installer, in a container, or as a copy of the repository. */
export function kindOf(layout: Layout): 'installed' | 'container' | 'copy' {
  if (layout.container.some(sign => existsSync(sign))) return 'container';
  return existsSync(layout.current) || existsSync(layout.configFile) ? 'installed' : 'copy';
}

/** What the installer was told, by the name that it has in its file; undefined when it was told nothing. */
function choice({ choices }: Layout, name: string): string | undefined {
  if (!existsSync(choices)) return undefined;
  const line = readFileSync(choices, 'utf8')
    .split('\n')
    .find(each => each.startsWith(`${name}=`));
  return line?.slice(name.length + 1) || undefined;
}

/** The parts that the installer was told to leave out. */
export function partsLeftOut(layout: Layout): Set<string> {
  return new Set((choice(layout, 'without') ?? '').split(',').filter(Boolean));
}

/** Whether the installer was told that nobody is to reach the web UI from outside. */
export function isClasscordOnly(layout: Layout): boolean {
  return choice(layout, 'classcord_only') === 'yes';
}

/** Whether the installer put nginx before this Nester. */
export function shouldHaveNginx(layout: Layout): boolean {
  const roles = choice(layout, 'roles') ?? '';
  return roles.split(' ').includes('nester') && !partsLeftOut(layout).has('nginx') && !isClasscordOnly(layout);
}

/** The names behind the numbers of users or groups, from a file such as /etc/passwd. */
export function namesById(file: string): Map<number, string> {
  if (!existsSync(file)) return new Map();
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .map(line => line.split(':'));
  return new Map(rows.filter(row => row.length > 2).map(([name, , id]) => [Number(id), name!]));
}
