import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { program } from '../kit/needs.ts';

/** The releases of Debian that are tried. */
export type Suite = 'bookworm' | 'bullseye' | 'trixie';

/** What every machine has: with these it boots, and can be looked at. */
const always = ['systemd', 'systemd-sysv', 'dbus', 'iproute2', 'procps', 'curl', 'ca-certificates', 'libcap2-bin'];

/** What a school's server has besides, or what the installation brings. Suites that are content with it share one tree. */
export const usualPackages = [
  'certbot',
  'cron',
  'fail2ban',
  'iptables',
  'libnginx-mod-stream',
  'logrotate',
  'nftables',
  'nginx',
  'nmap',
  'openssh-server',
  'openssl',
  'python3-systemd',
  'sudo',
  'ufw',
] as const;

/** Trees are kept between runs; nobody but root may put one there. */
const cache = '/var/cache/aerie-lab';

/**
 * The folder of a Debian tree with these packages, made the first time (about half a minute, 300 MB) with the machine's own sources
 * of packages. It is never written to: machines boot from copies.
 */
export async function debianTree(suite: Suite, packages: readonly string[]): Promise<string> {
  const include = [...new Set([...always, ...packages])].sort().join(',');
  const name = `debian-${suite}-${createHash('sha256').update(include).digest('hex').slice(0, 12)}`;
  const tree = join(cache, name);
  const sources = `${tree}.sources`;
  if (existsSync(tree)) {
    // Used today.
    utimesSync(sources, new Date(), new Date());
    removeUnused();
    return tree;
  }
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  writeFileSync(sources, sourcesOf(suite));
  // One makes it and the others wait for the lock; it gets its name when it is whole.
  const script = `test ! -d "$2" || exit 0
    rm -rf "$2.new"
    "$1" --quiet --mode=root --variant=minbase --format=directory --include="$3" "$4" "$2.new" - < "$2.sources"
    mv "$2.new" "$2"`;
  const make = ['sh', '-euc', script, 'sh', program('mmdebstrap'), tree, include, suite];
  await promisify(execFile)('flock', [`${tree}.lock`, ...make], { maxBuffer: 16 * 2 ** 20 });
  return tree;
}

/** Trees that nobody has booted from for a month: the packages that are asked for have changed. */
function removeUnused(): void {
  for (const name of readdirSync(cache)) {
    const file = join(cache, name);
    if (!/^debian-.*\.sources$/.test(name) || Date.now() - statSync(file).mtimeMs < 30 * 86_400_000) continue;
    const tree = file.slice(0, -'.sources'.length);
    for (const path of [file, tree, `${tree}.new`, `${tree}.lock`]) rmSync(path, { recursive: true, force: true });
  }
}

/** Where this machine gets Debian from, for another release of it. */
function sourcesOf(suite: Suite): string {
  const own = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
  const folder = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...readdirSync(folder).map(name => join(folder, name))].filter(path => existsSync(path));
  const text = (ending: string) => files.filter(path => path.endsWith(ending)).map(path => readFileSync(path, 'utf8'));
  // Suites of this release only: not those of others who name theirs after it.
  const ours = new RegExp(`^${own}(?=$|-updates$|-security$)`);
  const lines = text('.list')
    .flatMap(content => content.split('\n'))
    .map(line => /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+main\b/.exec(line.trim()))
    .filter(match => match !== null && ours.test(match[2]!))
    .map(match => stanza(match![1]!, match![2]!.replace(ours, suite)));
  const stanzas = text('.sources')
    .flatMap(content => content.split(/\n\s*\n/))
    .map(block => [/^URIs:\s*(\S+)/m.exec(block)?.[1], /^Suites:\s*(.+)$/m.exec(block)?.[1]?.split(/\s+/) ?? []] as const)
    .filter(([uri, suites]) => uri !== undefined && suites.some(name => ours.test(name)))
    .map(([uri, suites]) =>
      stanza(
        uri!,
        suites
          .filter(name => ours.test(name))
          .map(name => name.replace(ours, suite))
          .join(' '),
      ),
    );
  const all = [...new Set([...lines, ...stanzas])];
  if (all.length === 0) throw new Error(`among the sources of apt there is none of Debian ${own}`);
  return all.join('\n');
}

function stanza(uri: string, suites: string): string {
  return `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n`;
}
