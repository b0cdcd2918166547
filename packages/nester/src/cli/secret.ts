import type { Command } from 'commander';
import { keyFileOf, readKeys, writeKeys } from '../secrets/key-file.ts';
import { newKey } from '../secrets/sealing.ts';
import { withDesk } from './run.ts';
import { say } from './say.ts';
import { configOf, withSettings } from './settings.ts';

/** `nester secret rotate` */
export function addSecretCommands(program: Command): void {
  const secret = program.command('secret').description('secrets at rest: the mail password, what signs webhooks');
  withSettings(secret.command('make').description('make the key file, unless there is one; Nester does when it may'), 'usual').action(
    (options: Record<string, unknown>) => {
      const file = keyFileOf(configOf(options));
      const isThere = readKeys(file) !== undefined;
      if (!isThere) writeKeys(file, [newKey()], { onlyNew: true });
      say(isThere ? `The key is in ${file} already.` : `Made the key ${file}. Keep a copy apart from the backups.`);
    },
  );

  withSettings(
    secret
      .command('rotate')
      .description('seal all secrets anew with a new key')
      .option('--forget', 'drop those that the present key does not open; they are typed again', false),
    'usual',
  ).action(async (options: { forget: boolean }) => {
    const { keyId, resealed, forgotten } = await withDesk({ ...options }, {}, desk =>
      desk.call('secret.rotate', { forget: options.forget }),
    );
    say(`Sealed ${resealed === 1 ? '1 secret' : `${resealed} secrets`} with the new key ${keyId}.`);
    for (const what of forgotten) say(`Forgotten, type it again: ${what}.`);
  });
}
