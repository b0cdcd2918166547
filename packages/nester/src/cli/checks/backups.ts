import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { momentOf } from '../../backups/names.ts';
import type { Config } from '../../config.ts';
import { oneLine } from '../failure.ts';
import { type Finding, forRoot, good, note, wrong } from '../finding.ts';
import type { Layout } from './layout.ts';
import { printed, type Run, readProperties } from './tools.ts';

const hourMs = 3_600_000;
/** A backup that nobody said the age of: two of the hourly ones may fail before it is wrong. */
const usualHours = 3;
const make = 'nester backup';

/**
 * Whether there are backups, and the newest is young and sound.
 * @param due whether somebody promised that they are made; then it is wrong when there are none
 */
export async function checkBackups(config: Config, now: number, { due }: { due: boolean }): Promise<Finding[]> {
  let names: string[];
  try {
    names = existsSync(config.backups) ? readdirSync(config.backups) : [];
  } catch (error) {
    return [
      (error as NodeJS.ErrnoException).code === 'EACCES'
        ? forRoot('The backups')
        : note(`The backups cannot be listed: ${(error as Error).message}`),
    ];
  }
  const backups = names.flatMap(name => {
    const at = momentOf(name);
    return at === undefined ? [] : [{ name, at }];
  });
  const newest = backups.toSorted((a, b) => b.at - a.at)[0];
  const lateHours = config.backupLateHours || usualHours;
  if (!newest) {
    const says = `There is no backup in ${config.backups}`;
    return [due && now - madeAt(config) > lateHours * hourMs ? wrong(says, make) : note(says, make)];
  }
  const file = join(config.backups, newest.name);
  const age = now - newest.at;
  const findings: Finding[] = [];
  if (age > lateHours * hourMs)
    findings.push(
      wrong(
        `The newest backup is ${ageText(age)} old: ${file}`,
        `${make}; then find out why the timer does not make them: journalctl -u aerie-backup`,
      ),
    );
  else if (age < -60_000) findings.push(wrong(`The newest backup is of the future: ${file}`, 'Look at the clock: timedatectl'));
  const fault = await faultOf(file);
  if (fault !== undefined) findings.push(wrong(`The newest backup is of no use: ${fault}`, `${make}, and look at the disk: dmesg`));
  if (findings.length === 0)
    findings.push(good(`${backups.length === 1 ? '1 backup' : `${backups.length} backups`}, the newest ${ageText(age)} old, and sound`));
  return findings;
}

/** Whether something makes them, and whether they leave the machine. */
export async function checkBackupTimer(config: Config, layout: Layout, run: Run): Promise<Finding[]> {
  const findings: Finding[] = [];
  const text = printed(await run('systemctl', 'show', 'aerie-backup.timer', '--property=LoadState,ActiveState,UnitFileState'));
  const timer = text === undefined ? {} : readProperties(text);
  const byCron = existsSync(join(layout.cron, 'aerie-backup'));
  if (timer.ActiveState === 'active') {
    if (timer.UnitFileState !== 'enabled')
      findings.push(wrong('aerie-backup.timer does not start with the machine', 'systemctl enable aerie-backup.timer'));
    else findings.push(good(`aerie-backup.timer makes backups${byCron ? ', and so does cron' : ''}`));
  } else if (byCron) findings.push(good(`${join(layout.cron, 'aerie-backup')} makes backups`));
  else if (timer.LoadState === 'loaded')
    findings.push(wrong('Nothing makes backups: aerie-backup.timer is off', 'systemctl enable --now aerie-backup.timer'));
  else findings.push(note('Nothing on this machine makes backups by itself', 'docs/operations/en/backups.md'));
  if (config.backupCopy === undefined)
    findings.push(
      note(
        'Backups stay on this machine, and are lost with it',
        'Name another one as backupCopy (AERIE_BACKUP_COPY): docs/operations/en/backups.md',
      ),
    );
  return findings;
}

/** When there began to be something to back up. */
function madeAt(config: Config): number {
  const database = join(config.data, 'nester.db');
  return existsSync(database) ? statSync(database).birthtimeMs : statSync(config.data).birthtimeMs;
}

/** What is wrong with a backup as a file; undefined: it holds what its manifest says, to the last byte. */
async function faultOf(file: string): Promise<string | undefined> {
  // Loaded only here: most checks need nothing of it.
  const { readBackup } = await import('../../backups/reading.ts');
  try {
    await readBackup(file, { into: dirname(file), wanted: () => false });
    return undefined;
  } catch (error) {
    return oneLine(error);
  }
}

function ageText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
