import { existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { Manifest } from '../backups/manifest.ts';
import { restoreBackup } from '../backups/restore.ts';
import type { Config } from '../config.ts';
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
  const live = besides(config, options);
  if (live !== undefined) {
    sayDrill(manifest, config, live, options);
    return;
  }
  say(`Restored the state of ${manifest.at} into ${config.data}. Start Nester.`);
  say(
    endSessions
      ? 'Everybody has to log in again. What else was revoked since, such as accounts, tokens and probes, is valid again: revoke it anew.'
      : 'What was revoked since, such as sessions, accounts, tokens and probes, is valid again: revoke it anew.',
  );
}

/**
 * The folder of data that the settings name, when the backup went into another one: a drill. Never where a database of
 * the settings was replaced.
 */
function besides(config: Config, options: RestoreOptions): string | undefined {
  const own = configOf({ ...options, data: undefined, databaseUrl: undefined });
  if (own.sources.data === undefined || own.data === config.data) return undefined;
  return config.databaseUrl !== undefined && config.databaseUrl === own.databaseUrl ? undefined : own.data;
}

/** What to do with a drill. It is not to be started: it would tell people of probes that do not report to it. */
function sayDrill({ at }: Manifest, { data }: Config, live: string, { config, secretKeyFile, databaseUrl }: RestoreOptions): void {
  const flags = Object.entries({ config, data, 'secret-key-file': secretKeyFile, 'database-url': databaseUrl });
  const settings = flags.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`])).join(' ');
  say(`Restored the state of ${at} into ${data}. ${live} is as it was: this is a drill, and there is nothing to start.`);
  say(`Look at what came back: nester export messages ${settings} --out drill.csv`);
  say(`Then remove it: rm -r ${data} drill.csv`);
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
