import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from '../kit/folders.ts';
import { type SeededChannel, seedChannel } from './aerie-seed.ts';
import { startAerie } from './aerie-server.ts';
import type { Contender, Running } from './contender.ts';

/** The product as it ships. `folder` holds its data folders; `remove` takes it away. */
export interface Aerie extends Contender {
  readonly folder: string;
  /** A data folder with so many members, made once; each server runs on a copy. */
  seed(members: number): Promise<SeededChannel>;
  remove(): void;
}

export function aerie(): Aerie {
  const folder = newFolder('chat-');
  const seeds = new Map<number, Promise<SeededChannel>>();
  let started = 0;

  function seed(members: number): Promise<SeededChannel> {
    let seeded = seeds.get(members);
    if (!seeded) {
      seeded = seedChannel(folder, members);
      seeds.set(members, seeded);
    }
    return seeded;
  }

  return {
    name: 'aerie',
    dialect: 'aerie',
    folder,
    seed,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    async start(members, how): Promise<Running> {
      const { data: seeded, tokenFile, channelId } = await seed(members);
      const data = join(folder, `run-${++started}`);
      mkdirSync(data, { mode: 0o700 });
      cpSync(seeded, data, { recursive: true });
      const server = await startAerie(data, how);
      return {
        server,
        access: { tokens: tokenFile, channelId },
        async stop() {
          await server.stop();
          rmSync(data, { recursive: true, force: true });
        },
      };
    },
  };
}
