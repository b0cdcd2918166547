import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import type { DatabaseHealth } from '../../store/health.ts';
import { type Finding, good, note, wrong } from '../finding.ts';

/** Rights of the folder of data: all of it for Nester's user, none for others. */
export function checkFolder(config: Config): Finding[] {
  const { data } = config;
  if (!existsSync(data)) return [note(`The folder ${data} is not there yet`, 'Nester makes it when it first starts.')];
  if (!statSync(data).isDirectory()) return [wrong(`${data} is not a folder`, 'Name a folder with --data or AERIE_DATA.')];
  try {
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return [wrong(`${data} cannot be written`, `Run this as the user that Nester runs as, or: chown -R that-user ${data}`)];
  }
  const open = [data, join(data, 'nester.db')].filter(path => existsSync(path) && (statSync(path).mode & 0o077) !== 0);
  if (open.length === 0) return [good(`Data in ${data}`)];
  // A folder that is closed hides what is in it.
  if (!open.includes(data)) return [good(`Data in ${data}`)];
  return [wrong(`Other users of this machine can look into ${data}`, `chmod 700 ${data}`)];
}

/** What the database says of itself. */
export function checkDatabase(config: Config, health: DatabaseHealth): Finding {
  const where = config.databaseUrl ? 'The PostgreSQL database' : join(config.data, 'nester.db');
  switch (health.state) {
    case 'sound':
      return good(`${health.version}, ${config.databaseUrl ? 'answers' : 'database intact'}`);
    case 'absent':
      return note(`${where} is not made yet`, 'Nester makes it when it first starts.');
    case 'unreachable':
      return wrong(`${where} does not answer: ${health.says}`, 'Start it, and look at AERIE_DATABASE_URL.');
    case 'broken':
      return wrong(`${where} is damaged: ${health.says}`, 'Stop Nester, keep a copy of the folder, and restore the last good backup.');
  }
}
