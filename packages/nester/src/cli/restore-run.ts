import { existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { Manifest } from '../backups/manifest.ts';
import { restoreBackup } from '../backups/restore.ts';
import { asCaller, becomeOwner } from '../owner.ts';
import { FolderInUse } from '../store/folder-lock.ts';
import { readVersion } from '../version.ts';
import { Failure } from './failure.ts';
import { sayHolding } from './holding.ts';
import type { RestoreOptions } from './restore.ts';
import { say } from './say.ts';
import { configOf } from './settings.ts';

/** Restores a backup, and says what becomes of what was there. */
export async function runRestore(file: string, options: RestoreOptions): Promise<void> {
  const config = configOf({ ...options });
  const confirm = async (manifest: Manifest, isReplacing: boolean) => {
    say(`${file} is sound.`);
    sayHolding(manifest, asCaller(() => statSync(file)).size);
    // A script that calls this has decided already; what is there is saved in any case.
    if (isReplacing && !options.yes && process.stdin.isTTY) await ask(config.databaseUrl ? `${config.data} and its database` : config.data);
  };
  const { endSessions } = options;
  const { version } = readVersion();
  // Root restores as the user whose data they are: what it writes is theirs then.
  const back = existsSync(config.data) ? becomeOwner(config.data) : () => undefined;
  const restored = await restoreBackup({ config, file, version, now: Date.now, endSessions, confirm })
    .catch(error => {
      if (!(error instanceof FolderInUse)) throw error;
      throw new Failure(`Nester uses ${config.data}. Stop it first (on Debian: systemctl stop nester), then restore, then start it.`);
    })
    .finally(back);
  const { manifest, saved, aside, key } = restored;
  if (saved) say(`What was there before is ${saved.file}, which is never thinned out: remove it, and its .keep, when you need it no more.`);
  if (aside) say(`No backup of what was there before was made (${aside.because.replace(/\.$/, '')}): its files lie in ${aside.folder}.`);
  if (key !== undefined) say(`The key of secrets that was in it: ${key}.`);
  say(`Restored the state of ${manifest.at} into ${config.data}. Start Nester.`);
  say(
    endSessions
      ? 'Everybody has to log in again. What else was revoked since, such as accounts, tokens and probes, is valid again: revoke it anew.'
      : 'What was revoked since, such as sessions, accounts, tokens and probes, is valid again: revoke it anew.',
  );
}

async function ask(what: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Replace what is in ${what}? A backup of it is made first. Type yes: `);
    if (answer.trim().toLowerCase() !== 'yes') throw new Failure('Nothing was changed.');
  } finally {
    terminal.close();
  }
}
