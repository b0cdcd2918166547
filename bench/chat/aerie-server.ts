import { join } from 'node:path';
import { onNode, type Server, startServer } from '../kit/server.ts';

/** As people start it: it continues on the pinned Node with whatever options it gives that. */
const launcher = join(import.meta.dirname, '..', '..', 'packages', 'nester', 'bin', 'nester.js');

/** Limits that protect a server from strangers and that one machine playing thousands of people would run into. */
export const raisedLimits = 'pendingPerAddress=2000,commandsPerSecond=1000000,commandsBurst=1000000,httpPerMinute=100000000';

/** Nester as it ships, on a data folder: rights, log, persistence and fsync before every acknowledgement are on. */
export async function startAerie(
  data: string,
  { core, nodeFlags }: { core: number | undefined; nodeFlags?: readonly string[] },
): Promise<Server> {
  return await startServer({
    command: onNode(launcher, ['serve']),
    core,
    env: {
      AERIE_DATA: data,
      AERIE_HTTP: '127.0.0.1:0',
      AERIE_TCP: '127.0.0.1:0',
      AERIE_LOG: join(data, 'nester.log'),
      AERIE_LIMITS: raisedLimits,
      ...(nodeFlags && { NODE_OPTIONS: nodeFlags.map(flag => JSON.stringify(flag)).join(' ') }),
    },
  });
}
