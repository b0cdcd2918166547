import type { Command } from 'commander';
import { withDesk } from './run.ts';
import { say } from './say.ts';
import { withSettings } from './settings.ts';

/** `nester secret rotate` */
export function addSecretCommands(program: Command): void {
  const secret = program.command('secret').description('secrets at rest: the mail password, what signs webhooks');
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
