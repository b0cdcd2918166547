import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import type { Config } from '../config.ts';
import type { Caller } from '../context.ts';
import { LineLog, type Log } from '../log.ts';
import { becomeOwner } from '../owner.ts';
import { FolderInUse } from '../store/folder-lock.ts';
import { Failure } from './failure.ts';
import { connectToNester, type Desk } from './socket.ts';

/**
 * Opens the way to a Nester's commands: the running one, through nester.sock; otherwise its store, under the folder's lock.
 * @param fresh whether a folder without data may be made into one
 */
export async function openDesk(config: Config, fresh: boolean): Promise<Desk> {
  const socketPath = join(config.data, 'nester.sock');
  const running = await connectToNester(socketPath);
  if (running) return running;
  if (!fresh && !config.databaseUrl && !existsSync(join(config.data, 'nester.db')))
    throw new Failure(`There is no data of Nester in ${config.data}. Name the right folder with --data, or start Nester once.`);
  try {
    return await deskInProcess(config);
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    throw new Failure(`Nester has ${config.data} but does not listen on ${socketPath}: it is starting or stopping, or its log says why.`);
  }
}

async function deskInProcess(config: Config): Promise<Desk> {
  // Loaded only here: through a Nester that runs, a command needs little and answers sooner.
  const { openHouse } = await import('../house.ts');
  // A folder that is not there yet becomes its maker's.
  const becomeSelf = existsSync(config.data) ? becomeOwner(config.data) : () => undefined;
  const house = await openHouse(config, config.log ? new LineLog(config.log, Date.now) : silent).catch(error => {
    becomeSelf();
    throw error;
  });
  const caller: Caller = { door: 'local', address: 'local', agent: 'nester', connection: undefined };
  return {
    running: false,
    call: <K extends CommandName>(name: K, input: CommandInput<K>) =>
      house.dispatch.call({ kind: 'local' }, caller, name, input) as Promise<CommandOutput<K>>,
    close: async () => {
      await house.close();
      becomeSelf();
    },
  };
}

/** Without a log file, the terminal that an answer is printed on gets no log lines besides; the audit has the act. */
const silent: Log = { info() {}, warning() {}, error() {} };
