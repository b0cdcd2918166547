import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from '../kit/folders.ts';
import { startServer } from '../kit/server.ts';
import { seedChannel } from './aerie-seed.ts';
import type { Contender } from './contender.ts';

const main = join(import.meta.dirname, '..', '..', 'packages', 'nester', 'src', 'main.ts');

/** Limits that protect a server from strangers and that one machine playing a thousand people would run into. */
export const raisedLimits = 'pendingPerAddress=2000,commandsPerSecond=1000000,commandsBurst=1000000';

/**
 * The product as it ships: rights, log, persistence and fsync before every acknowledgement are on.
 * The folder that this returns holds its data folders; `remove` takes it away.
 */
export function aerie(): Contender & { folder: string; remove(): void } {
  const folder = newFolder('chat-');
  const seeds = new Map<number, { data: string; tokens: string; channelId: string }>();
  let started = 0;

  async function seedOf(members: number) {
    let seed = seeds.get(members);
    if (!seed) {
      const data = join(folder, `seed-${members}`);
      const { channelId, tokens } = await seedChannel(data, members);
      const file = join(folder, `tokens-${members}`);
      writeFileSync(file, `${tokens.join('\n')}\n`, { mode: 0o600 });
      seed = { data, tokens: file, channelId };
      seeds.set(members, seed);
    }
    return seed;
  }

  return {
    name: 'aerie',
    dialect: 'aerie',
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    async start(members, { core, nodeFlags }) {
      const { data: seed, tokens, channelId } = await seedOf(members);
      const data = join(folder, `run-${++started}`);
      mkdirSync(data, { mode: 0o700 });
      cpSync(seed, data, { recursive: true });
      const server = await startServer({
        script: main,
        args: ['serve'],
        nodeFlags,
        core,
        env: {
          AERIE_DATA: data,
          AERIE_HTTP: '127.0.0.1:0',
          AERIE_TCP: '127.0.0.1:0',
          AERIE_LOG: join(data, 'nester.log'),
          AERIE_LIMITS: raisedLimits,
        },
      });
      return {
        server,
        access: { tokens, channelId },
        async stop() {
          await server.stop();
          rmSync(data, { recursive: true, force: true });
        },
      };
    },
  };
}
