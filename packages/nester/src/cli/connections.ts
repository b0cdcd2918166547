import type { LiveConnectionRecord } from '@aerie/contract';
import type { Command } from 'commander';
import { Failure } from './failure.ts';
import { withDesk } from './run.ts';
import { withReason } from './sanction-options.ts';
import { moment, printJson, say } from './say.ts';
import { withSettings } from './settings.ts';
import { table } from './table.ts';

/** `nester connections` and `nester connections close …` */
export function addConnectionCommands(program: Command): void {
  const connections = program
    .command('connections')
    .description('list the connections that are open now')
    .option('--json', 'one JSON array')
    .enablePositionalOptions();
  withSettings(connections, 'usual').action(async (options: { json?: boolean }) => {
    const { running, list } = await withDesk(options, {}, async desk => ({
      running: desk.running,
      list: (await desk.call('connection.list', {})).connections,
    }));
    if (options.json) printJson(list);
    else process.stdout.write(table(['id', 'door', 'wire', 'address', 'who', 'since', 'client'], list.map(rowOf)));
    if (!running) say('Nester is not running: nobody is connected.');
  });

  const close = connections.command('close <id>').description('close one connection; the beginning of its id is enough');
  withSettings(withReason(close, 'told to whoever is at the other end'), 'usual').action(
    async (typed: string, options: { reason?: string }) => {
      await withDesk({ ...options }, {}, async desk => {
        const { connections: list } = await desk.call('connection.list', {});
        const fitting = list.filter(one => one.connectionId.startsWith(typed));
        const [found] = fitting;
        if (!found) throw new Failure(`There is no connection ${JSON.stringify(typed)}. "nester connections" shows them.`);
        if (fitting.length > 1)
          throw new Failure(`${fitting.length} connections begin with ${JSON.stringify(typed)}. Write more of the id.`);
        await desk.call('connection.close', { connectionId: found.connectionId, reason: options.reason });
        say(`Closed the connection of ${found.name || 'somebody'} from ${found.address}.`);
      });
    },
  );
}

function rowOf({ connectionId, door, dialect, address, who, name, since, agent }: LiveConnectionRecord): string[] {
  const wire = { undecided: '', framed: 'frames', classcord: 'old' }[dialect];
  const whom = who === 'user' || name === '' ? name : `${name} (${who})`;
  return [connectionId, door, wire, address, door === 'local' ? '(this machine)' : whom, moment(since), agent];
}
