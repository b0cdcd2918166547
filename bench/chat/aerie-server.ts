import { join } from 'node:path';
import { onNode, type Server, startServer } from '../kit/server.ts';

const main = join(import.meta.dirname, '..', '..', 'packages', 'nester', 'src', 'main.ts');

/** Limits that protect a server from strangers and that one machine playing thousands of people would run into. */
export const raisedLimits = 'pendingPerAddress=2000,commandsPerSecond=1000000,commandsBurst=1000000,httpPerMinute=100000000';

/** Nester as it ships, on a data folder: rights, log, persistence and fsync before every acknowledgement are on. */
export async function startAerie(
  data: string,
  { core, nodeFlags }: { core: number | undefined; nodeFlags?: readonly string[] },
): Promise<Server> {
  return await startServer({
    command: onNode(main, ['serve'], nodeFlags),
    core,
    env: {
      AERIE_DATA: data,
      AERIE_HTTP: '127.0.0.1:0',
      AERIE_TCP: '127.0.0.1:0',
      AERIE_LOG: join(data, 'nester.log'),
      AERIE_LIMITS: raisedLimits,
    },
  });
}
