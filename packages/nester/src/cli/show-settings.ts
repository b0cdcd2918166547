import { join } from 'node:path';
import type { SettingRecord } from '@aerie/contract';
import type { Command } from 'commander';
import { settingRecords } from '../administration/settings.ts';
import { printJson, say } from './say.ts';
import { configOf, withSettings } from './settings.ts';
import { connectToNester } from './socket.ts';
import { table } from './table.ts';

/** `nester settings` */
export function addSettingsCommand(program: Command): void {
  withSettings(
    program
      .command('settings')
      .description('show the settings of the Nester that runs, and where each comes from')
      .option('--json', 'one JSON array'),
    'all',
  ).action(async (options: { json?: boolean }) => {
    const config = configOf({ ...options });
    const desk = await connectToNester(join(config.data, 'nester.sock'));
    const settings = desk ? (await desk.call('settings.show', {})).settings : settingRecords(config);
    await desk?.close();
    if (options.json) printJson(settings);
    else process.stdout.write(table(['setting', 'variable', 'value', 'from'], settings.map(rowOf)));
    if (!desk) say('Nester is not running: with these settings it would start from here.');
  });
}

function rowOf({ name, variable, value, source }: SettingRecord): string[] {
  return [name, variable, value, source];
}
