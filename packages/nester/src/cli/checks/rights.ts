import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { momentOf } from '../../backups/names.ts';
import type { Config } from '../../config.ts';
import { type Finding, forRoot, good, wrong } from '../finding.ts';
import { type Layout, namesById } from './layout.ts';

interface Rule {
  path: string;
  what: string;
  owner: string;
  group?: string;
  /** Bits that must not be set. */
  closed: number;
  /** What the mend gives it. */
  mode: string;
  /** The group must be able to read it: it is how the service reads it. */
  needsGroup?: boolean;
}

/** Owners and rights of all that an installation lays down; what is not there is looked at by the check that needs it. */
export function checkRights(config: Config, layout: Layout): Finding[] {
  const users = namesById(layout.passwd);
  const groups = namesById(layout.group);
  const rules = rulesOf(config, layout);
  const findings: Finding[] = [];
  let looked = 0;
  for (const rule of rules) {
    const seen = look(rule.path);
    if (seen === 'absent') continue;
    if (seen === 'hidden') {
      findings.push(forRoot(rule.path));
      continue;
    }
    looked += 1;
    findings.push(...faultsOf(rule, seen, users.get(seen.uid) ?? String(seen.uid), groups.get(seen.gid) ?? String(seen.gid)));
  }
  return findings.some(({ level }) => level === 'wrong')
    ? findings
    : [good(`Owners and rights of ${looked} files and folders`), ...findings];
}

function rulesOf(config: Config, layout: Layout): Rule[] {
  const own = { owner: 'aerie', group: 'aerie' };
  const database = ['nester.db', 'nester.db-wal', 'nester.db-shm'].map(name => join(config.data, name));
  const rules: Rule[] = [
    { path: layout.programs, what: 'The folder of the programs', owner: 'root', closed: 0o022, mode: '755' },
    { path: layout.current, what: 'The program in use', owner: 'root', closed: 0o022, mode: '755' },
    { path: layout.configFolder, what: 'The folder of the configuration', owner: 'root', closed: 0o022, mode: '755' },
    { path: layout.configFile, what: 'The configuration', owner: 'root', group: 'aerie', closed: 0o027, mode: '640', needsGroup: true },
    {
      path: layout.probeConfigFile,
      what: 'The configuration of the probe',
      owner: 'root',
      group: 'harvester',
      closed: 0o027,
      mode: '640',
      needsGroup: true,
    },
    // Who may look at these two is seen with what is in them.
    { path: layout.secretKey, what: 'The key that seals secrets', owner: 'root', closed: 0, mode: '600' },
    { path: layout.certificate, what: 'The certificate', owner: 'root', closed: 0o022, mode: '644' },
    { path: layout.certificateKey, what: 'The key of the certificate', owner: 'root', closed: 0o037, mode: '640' },
    { path: config.data, what: 'The folder of data', ...own, closed: 0, mode: '700' },
    ...database.map(path => ({ path, what: 'The database', ...own, closed: 0o022, mode: '600' })),
    { path: config.backups, what: 'The folder of the backups', ...own, closed: 0o077, mode: '700' },
    ...newestFiles(config.backups).map(path => ({ path, what: 'A backup', ...own, closed: 0o077, mode: '600' })),
  ];
  if (config.log) {
    const log = resolve(config.log);
    rules.push({ path: dirname(log), what: 'The folder of the log', owner: 'aerie', group: 'adm', closed: 0o027, mode: '750' });
    rules.push({ path: log, what: 'The log', owner: 'aerie', closed: 0o037, mode: '640' });
  }
  return rules;
}

/** A backup that root made by hand is one that the service's user can neither verify nor thin. */
function newestFiles(folder: string): string[] {
  try {
    // Only names of ours: the mend is a line that root pastes.
    const names = readdirSync(folder).filter(name => momentOf(name) !== undefined);
    return names
      .sort()
      .slice(-3)
      .map(name => join(folder, name));
  } catch {
    return [];
  }
}

type Seen = { uid: number; gid: number; mode: number; isLink: boolean };

function look(path: string): Seen | 'absent' | 'hidden' {
  try {
    const own = lstatSync(path);
    const { uid, gid, mode } = statSync(path);
    // One of root's is where somebody wanted it; of another's, the mend would be done to whatever it leads to.
    return { uid, gid, mode, isLink: own.isSymbolicLink() && own.uid !== 0 };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'hidden' : 'absent';
  }
}

function faultsOf(rule: Rule, seen: Seen, owner: string, group: string): Finding[] {
  const { path, what } = rule;
  if (seen.isLink)
    return [wrong(`${what} ${path} is a link that root did not make`, `Look where it leads (ls -l ${path}), then remove it.`)];
  const findings: Finding[] = [];
  const owners = rule.group ? `${rule.owner}:${rule.group}` : rule.owner;
  if (owner !== rule.owner || (rule.needsGroup && group !== rule.group))
    findings.push(wrong(`${what} ${path} belongs to ${owner}:${group}, not to ${owners}`, `chown ${owners} ${path}`));
  const open = seen.mode & rule.closed;
  if (open !== 0) {
    const may = (open & 0o022) !== 0 ? 'write' : 'read';
    findings.push(wrong(`${what} ${path} is open: others may ${may} it (mode ${modeText(seen)})`, `chmod ${rule.mode} ${path}`));
  }
  if (rule.needsGroup && group === rule.group && (seen.mode & 0o040) === 0)
    findings.push(
      wrong(`${what} ${path} cannot be read by the group ${rule.group} (mode ${modeText(seen)})`, `chmod ${rule.mode} ${path}`),
    );
  return findings;
}

const modeText = ({ mode }: Seen) => (mode & 0o7777).toString(8).padStart(4, '0');

/** Where the key that seals secrets is: as the settings say, or where the installer puts it for the service's credential. */
export function secretKeyPlace(config: Config, layout: Layout): Config {
  if (config.secretKeyFile !== undefined || existsSync(join(config.data, 'secret.key')) || !existsSync(layout.secretKey)) return config;
  return { ...config, secretKeyFile: layout.secretKey };
}
