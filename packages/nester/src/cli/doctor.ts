import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { type DatabaseHealth, databaseHealth, sealedTexts } from '../store/health.ts';
import { migrationNames } from '../store/migrate.ts';
import { readVersion, type Version } from '../version.ts';
import { checkBackups, checkBackupTimer } from './checks/backups.ts';
import { checkBans } from './checks/bans.ts';
import { checkCertificate, checkServedCertificate } from './checks/certificate.ts';
import { checkSynchronised } from './checks/clock.ts';
import { checkDatabase, checkFolder } from './checks/data.ts';
import { checkDisks } from './checks/disk.ts';
import { checkFirewall } from './checks/firewall.ts';
import { kindOf, type Layout, layoutUnder, partsLeftOut } from './checks/layout.ts';
import { checkClock, checkLog, checkNode, checkOpenFiles, checkWeb } from './checks/machine.ts';
import { checkMemory } from './checks/memory.ts';
import { checkPorts } from './checks/network.ts';
import { checkNginx, checkSite, hasNginx } from './checks/nginx.ts';
import { checkProxyTrust } from './checks/proxy.ts';
import { checkRights, secretKeyPlace } from './checks/rights.ts';
import { checkSecrets } from './checks/secrets.ts';
import { type Run, runTool } from './checks/tools.ts';
import { checkUnit } from './checks/unit.ts';
import { checkRelease, checkSchema, checkSystem } from './checks/versions.ts';
import { Failure, oneLine } from './failure.ts';
import { type Finding, good, note, wrong } from './finding.ts';
import { configOf, withSettings } from './settings.ts';
import { connectToNester } from './socket.ts';
import { shownLines } from './table.ts';

const marks = { good: 'ok   ', note: 'note ', wrong: 'WRONG' } as const;

/** `nester doctor` */
export function addDoctorCommand(program: Command): void {
  withSettings(
    program
      .command('doctor')
      .description('say what is wrong with this installation, and the mend')
      .option('--json', 'one JSON array of findings'),
    'all',
  ).action(async (options: { json?: boolean }) => {
    const findings = await examine(configOf({ ...options }), readVersion(), Date.now());
    process.stdout.write(options.json ? `${JSON.stringify(findings, null, 2)}\n` : readable(findings));
    const count = findings.filter(({ level }) => level === 'wrong').length;
    if (count > 0) throw new Failure(count === 1 ? 'One thing is wrong.' : `${count} things are wrong.`);
  });
}

/** Looks at everything that an installation needs, topic by topic. Changes nothing. */
export async function examine(
  given: Config,
  version: Version,
  now: number,
  { layout = layoutUnder(), run = runTool }: { layout?: Layout; run?: Run } = {},
): Promise<Finding[]> {
  const config = secretKeyPlace(given, layout);
  const where = { folder: config.data, databaseUrl: config.databaseUrl };
  const health = await databaseHealth(where);
  const isSound = health.state === 'sound';
  const kind = kindOf(layout);
  const installed = kind === 'installed';
  const { finding, running } = await checkRunning(config, version, installed);
  const nginx = installed && hasNginx(layout);
  const without = installed ? partsLeftOut(layout) : new Set<string>();
  const unlessLeftOut = async (part: string, look: () => Finding[] | Promise<Finding[]>) =>
    without.has(part) ? [note(`Left out at the installation (--without ${part})`)] : await look();

  const topics: [string, () => Finding[] | Promise<Finding[]>][] = [
    ['Program', () => [checkNode(), ...(installed ? [...checkSystem(layout), ...checkRelease(layout)] : []), checkWeb(), finding]],
    [
      'Data',
      async () => [
        ...checkFolder(config),
        checkDatabase(config, health),
        ...(isSound ? checkSchema(health.applied, migrationNames) : []),
        ...checkSecrets(config, isSound ? await sealedTexts(where) : []),
        checkLog(config),
        ...(installed ? checkRights(config, layout) : []),
      ],
    ],
    [
      'Backups',
      async () => [
        ...(await checkBackups(config, now, { due: installed && !without.has('backups') })),
        ...(installed ? await unlessLeftOut('backups', () => checkBackupTimer(config, layout, run)) : []),
      ],
    ],
    [
      'Machine',
      async () => [
        ...checkDisks(config),
        ...checkMemory(layout),
        checkClock(version, lastWritten(config, health), now),
        ...(installed ? [await checkSynchronised(layout, run)] : []),
      ],
    ],
    ['Service', async () => (installed ? await checkUnit(config, layout, run) : [checkOpenFiles(config)])],
    [
      'Doors',
      async () => [...(await checkPorts(config, running)), ...(nginx ? await checkNginx(config, run, running) : checkSite(layout))],
    ],
    ['Who asks', () => checkProxyTrust(config, nginx)],
    [
      'Certificate',
      async () => [
        ...(nginx && config.tlsCert === layout.certificate ? [] : checkCertificate(config, now)),
        ...(nginx ? await checkServedCertificate(config, layout, now) : []),
      ],
    ],
    ['Firewall', () => (installed ? unlessLeftOut('ufw', () => checkFirewall(config, layout, run, nginx)) : [])],
    ['Fail2ban', () => (installed ? unlessLeftOut('fail2ban', () => checkBans(config, layout, run)) : [])],
  ];
  const findings: Finding[] = [];
  for (const [topic, look] of topics) for (const one of await looked(topic, look)) findings.push({ topic, ...one });
  if (!installed) findings.push({ topic: 'Not looked at', ...beyond[kind] });
  return findings;
}

/** When something was last written, as the database says and as the file system does. */
function lastWritten({ data }: Config, health: DatabaseHealth): number | undefined {
  const said = health.state === 'sound' ? health.lastAt : undefined;
  try {
    return Math.max(said ?? 0, statSync(join(data, 'nester.db')).mtimeMs);
  } catch {
    // It is in PostgreSQL, not made yet, or somebody else's.
    return said;
  }
}

const beyond: Record<'container' | 'copy', Finding> = {
  container: note('This is a container: the clock, the firewall, Fail2ban and the timer of the backups are the business of its host'),
  copy: note('This is not an installation of deploy/debian/install.sh: systemd, nginx, the firewall and Fail2ban'),
};

/** A check that breaks is said, and keeps no other from being made. */
async function looked(topic: string, look: () => Finding[] | Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [note(`${topic} could not be looked at: ${oneLine(error)}`)];
  }
}

async function checkRunning(config: Config, own: Version, installed: boolean): Promise<{ finding: Finding; running: boolean }> {
  try {
    const desk = await connectToNester(join(config.data, 'nester.sock'));
    if (!desk) {
      const mend = installed ? 'systemctl start nester' : 'Start it with "nester serve", or "npm start".';
      return { finding: note('Nester does not run on this folder', mend), running: false };
    }
    try {
      const { version, setupNeeded } = await desk.call('server.show', {});
      if (version !== own.version)
        return { finding: note(`Nester ${version} runs, this is ${own.version}`, 'Restart Nester.'), running: true };
      if (setupNeeded)
        return { finding: note('Nester runs without an administrator', 'Open the link that "nester setup-link" prints.'), running: true };
      return { finding: good(`Nester ${version} runs`), running: true };
    } finally {
      await desk.close();
    }
  } catch (error) {
    return { finding: wrong(oneLine(error), 'Restart Nester.'), running: true };
  }
}

function readable(findings: readonly Finding[]): string {
  const lines: string[] = [];
  let topic: string | undefined;
  for (const finding of findings) {
    if (finding.topic !== topic) lines.push(`${topic === undefined ? '' : '\n'}${finding.topic}`);
    topic = finding.topic;
    lines.push(lineOf(finding));
  }
  return `${lines.join('\n')}\n`;
}

function lineOf({ level, says, mend }: Finding): string {
  // Names of files and what programs said are in it.
  const sentence = mend ? `${says}${/[.?!]$/.test(says) ? '' : '.'} ${mend}` : says;
  return `${marks[level]} ${shownLines(sentence)}`;
}
