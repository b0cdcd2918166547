import type { z } from 'zod';
import { accountCommands } from './accounts.ts';
import { administrationCommands } from './administration.ts';
import { backupCommands } from './backups.ts';
import { chatCommands } from './chat.ts';
import { deviceCommands, reportCommands } from './devices.ts';
import { diagnosticCommands } from './diagnostics.ts';
import { guestCommands } from './guests.ts';
import { importCommands } from './imports.ts';
import { incidentCommands } from './incidents.ts';
import { intakeCommands } from './intake.ts';
import { maintenanceCommands } from './maintenance.ts';
import { moderationCommands } from './moderation.ts';
import { notifyCommands } from './notify.ts';
import { secretCommands } from './secrets.ts';
import { seriesCommands } from './series.ts';
import { serverCommands } from './server.ts';
import { siteCommands } from './sites.ts';
import { tokenCommands } from './tokens.ts';

/** Every command there is. Doors, client, OpenAPI and docs/protocol.md derive from this table. */
export const commands = {
  ...accountCommands,
  ...chatCommands,
  ...siteCommands,
  ...diagnosticCommands,
  ...deviceCommands,
  ...reportCommands,
  ...seriesCommands,
  ...intakeCommands,
  ...incidentCommands,
  ...maintenanceCommands,
  ...notifyCommands,
  ...tokenCommands,
  ...secretCommands,
  ...administrationCommands,
  ...backupCommands,
  ...moderationCommands,
  ...importCommands,
  ...guestCommands,
  ...serverCommands,
};

export type Commands = typeof commands;
export type CommandName = keyof Commands;
/** What a caller gives (defaults may be left out). */
export type CommandInput<K extends CommandName> = z.input<Commands[K]['input']>;
/** What a handler receives (defaults filled in). */
export type CommandRequest<K extends CommandName> = z.output<Commands[K]['input']>;
export type CommandOutput<K extends CommandName> = z.output<Commands[K]['output']>;

export function isCommandName(name: unknown): name is CommandName {
  return typeof name === 'string' && Object.hasOwn(commands, name);
}
