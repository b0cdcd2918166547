import { join } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { databaseHealth, sealedTexts } from '../store/health.ts';
import { readVersion, type Version } from '../version.ts';
import { checkDatabase, checkFolder } from './checks/data.ts';
import { checkClock, checkDisk, checkLog, checkNode, checkOpenFiles, checkWeb } from './checks/machine.ts';
import { checkCertificate, checkPorts } from './checks/network.ts';
import { checkSecrets } from './checks/secrets.ts';
import { Failure, oneLine } from './failure.ts';
import { type Finding, good, note, wrong } from './finding.ts';
import { configOf, withSettings } from './settings.ts';
import { connectToNester } from './socket.ts';

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
    process.stdout.write(options.json ? `${JSON.stringify(findings, null, 2)}\n` : findings.map(lineOf).join(''));
    const count = findings.filter(({ level }) => level === 'wrong').length;
    if (count > 0) throw new Failure(count === 1 ? 'One thing is wrong.' : `${count} things are wrong.`);
  });
}

/** Looks at everything that an installation needs. Changes nothing. */
export async function examine(config: Config, version: Version, now: number): Promise<Finding[]> {
  const health = await databaseHealth({ folder: config.data, databaseUrl: config.databaseUrl });
  const { finding, running } = await checkRunning(config, version);
  return [
    checkNode(),
    ...checkFolder(config),
    checkDatabase(config, health),
    ...checkSecrets(config, health.state === 'sound' ? await sealedTexts({ folder: config.data, databaseUrl: config.databaseUrl }) : []),
    checkDisk(config),
    checkLog(config),
    checkWeb(),
    finding,
    ...(await checkPorts(config, running)),
    ...checkCertificate(config, now),
    checkOpenFiles(config),
    checkClock(version, health.state === 'sound' ? health.lastAt : undefined, now),
  ];
}

async function checkRunning(config: Config, own: Version): Promise<{ finding: Finding; running: boolean }> {
  try {
    const desk = await connectToNester(join(config.data, 'nester.sock'));
    if (!desk)
      return { finding: note('Nester does not run on this folder', 'Start it with "nester serve", or "npm start".'), running: false };
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

function lineOf({ level, says, mend }: Finding): string {
  return `${marks[level]} ${says}${mend ? `. ${mend}` : ''}\n`;
}
