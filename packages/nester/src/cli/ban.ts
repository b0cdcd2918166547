import { AppError, type Sanction } from '@aerie/contract';
import type { Command } from 'commander';
import { Failure } from './failure.ts';
import { withDesk } from './run.ts';
import { withMinutes, withReason } from './sanction-options.ts';
import { moment, printJson, say } from './say.ts';
import { withSettings } from './settings.ts';
import type { Desk } from './socket.ts';
import { table } from './table.ts';

/** `nester ban …` */
export function addBanCommands(program: Command): void {
  const ban = program.command('ban').description('bans of addresses and networks, and a list of all bans and mutes');

  const list = ban.command('list').description('list bans and mutes that run, newest first');
  withSettings(list.option('--all', 'those that are over too', false).option('--json', 'one JSON array'), 'usual').action(
    async (options: { all: boolean; json?: boolean }) => {
      const sanctions = await withDesk(options, {}, desk => allSanctions(desk, options.all));
      if (options.json) printJson(sanctions);
      else process.stdout.write(table(['kind', 'of', 'until', 'by', 'reason'], sanctions.map(rowOf)));
    },
  );

  const add = ban
    .command('add <address>')
    .description(
      'for a time, let an address or a network no longer in, on every door: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32; at the widest a /8 or, of IPv6, a /16',
    );
  withSettings(withReason(withMinutes(add)), 'usual').action(async (address: string, options: { minutes: number; reason?: string }) => {
    const { minutes, reason } = options;
    const { network, until } = await withDesk({ ...options }, {}, desk => desk.call('address.ban', { address, minutes, reason }));
    say(`Nobody comes in from ${network} until ${moment(until)}.`);
  });

  withSettings(ban.command('lift <address>').description('let an address or a network in again'), 'usual').action(
    async (address: string, options) => {
      await withDesk(options, {}, desk => desk.call('address.unban', { address })).catch(error => {
        if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
        throw new Failure(`No ban of ${address} runs. "nester ban list" shows those that do, as they must be written here.`);
      });
      say(`Lifted the ban of ${address}.`);
    },
  );
}

async function allSanctions(desk: Desk, all: boolean): Promise<Sanction[]> {
  const found: Sanction[] = [];
  for (;;) {
    const { sanctions } = await desk.call('sanction.list', { all, before: found.at(-1)?.sanctionId, limit: 200 });
    if (sanctions.length === 0) return found;
    found.push(...sanctions);
  }
}

function rowOf({ kind, name, until, liftedAt, createdBy, reason }: Sanction): string[] {
  return [kind, name, liftedAt === null ? moment(until) : `lifted ${moment(liftedAt)}`, createdBy, reason];
}
