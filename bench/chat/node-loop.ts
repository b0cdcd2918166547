import { join } from 'node:path';
import { startServer } from '../kit/server.ts';
import type { Contender } from './contender.ts';

/** The plain loop in `bench/peers/node-loop.ts`. */
export const nodeLoop: Contender = {
  name: 'node-loop',
  dialect: 'loop',
  async start(_members, { core, nodeFlags }) {
    const server = await startServer({ script: join(import.meta.dirname, '..', 'peers', 'node-loop.ts'), core, nodeFlags });
    return { server, access: {}, stop: () => server.stop() };
  },
};
