import { AppError, atLeast, type ExportSelection, type ExportSubject } from '@aerie/contract';
import type { Config } from '../config.ts';
import type { Ctx, Handlers } from '../context.ts';
import { Unit } from '../store/unit.ts';
import { connectionRecord, inOrder, nameOf, type OpenConnections } from './connections.ts';
import { settingRecords } from './settings.ts';

type Names = 'connection.list' | 'connection.close' | 'settings.show' | 'export.begin';

/** What the room is given. */
export interface AdministrationParts {
  config: Config;
  /** The doors open after the rooms. */
  connections: () => OpenConnections;
  /** The name of a channel that is not private talk of two people. */
  channelName(channelId: string): string | undefined;
  siteCode(siteId: string): string | undefined;
}

/** What administrators see and do of the server that runs. */
export function administrationCommands({ config, connections, channelName, siteCode }: AdministrationParts): Handlers<Names> {
  return {
    'connection.list'(ctx) {
      return { connections: Array.from(connections().open(), one => connectionRecord(one, ctx)).sort(inOrder) };
    },

    async 'connection.close'(ctx, { connectionId, reason }) {
      const gone = new AppError('not_found', { thing: 'connection' });
      const found = [...connections().open()].find(one => one.connectionId === connectionId);
      if (!found) throw gone;
      const { door, address } = found.caller;
      const subject = nameOf(found.actor) || address;
      await ctx.commitAct(new Unit(), { action: 'connection.close', subject, detail: { connectionId, door, address, reason } });
      connections().closeOne(connectionId, reason);
      return {};
    },

    'settings.show': () => ({ settings: settingRecords(config) }),

    async 'export.begin'(ctx, { subject, format, ...selection }) {
      requireRight(ctx, subject);
      const channel = selection.channelId === undefined ? undefined : channelName(selection.channelId);
      if (selection.channelId !== undefined && channel === undefined) throw new AppError('not_found', { thing: 'channel' });
      requireFitting(subject, selection);
      const site = selection.siteId === undefined ? undefined : siteCode(selection.siteId);
      if (selection.siteId !== undefined && site === undefined) throw new AppError('not_found', { thing: 'site' });
      const { from, to } = selection;
      await ctx.commitAct(new Unit(), { action: `export.${subject}`, subject: channel ?? site ?? 'all', detail: { format, from, to } });
      return {};
    },
  };
}

/** Technicians take out what they see; people and what they say is for administrators. */
function requireRight({ actor }: Ctx, subject: ExportSubject): void {
  const isForTechnicians = subject === 'devices' || subject === 'incidents';
  if (actor.kind === 'user' && !isForTechnicians && !atLeast(actor.role, 'admin')) throw new AppError('forbidden');
}

/** Asked for one channel's users, nobody should get all of them. */
function requireFitting(subject: string, selection: ExportSelection): void {
  const allowed: Record<string, readonly string[]> = {
    messages: ['channelId', 'from', 'to'],
    audit: ['from', 'to'],
    devices: ['siteId'],
    incidents: ['siteId', 'from', 'to'],
  };
  for (const [field, value] of Object.entries(selection))
    if (value !== undefined && !allowed[subject]?.includes(field))
      throw new AppError('bad_input', { field, reason: `an export of ${subject} has no such choice` });
}
