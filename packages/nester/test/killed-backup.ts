/** Makes or restores a backup and is killed at a point of it: `node killed-backup.ts JSON`. */
import { makeBackup } from '../src/backups/make.ts';
import { restoreBackup } from '../src/backups/restore.ts';

const { what, at, data, databaseUrl, file } = JSON.parse(process.argv[2]!);
const backups = `${data}/backups`;
const config = { data, databaseUrl, secretKeyFile: undefined, backups };
const parts = { config, version: '9.9', now: Date.now };
const reached = (point: string) => {
  if (point === at) process.kill(process.pid, 'SIGKILL');
};
if (what === 'make') await makeBackup({ ...parts, folder: backups, reached });
else await restoreBackup({ ...parts, file, endSessions: false, confirm: async () => {}, reached });
