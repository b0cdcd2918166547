import { join } from 'node:path';
import { onNode, startServer } from '../kit/server.ts';
import type { Contender } from './contender.ts';

const script = join(import.meta.dirname, '..', 'peers', 'node-loop.ts');

/** The plain loop in `bench/peers/node-loop.ts`. */
export const nodeLoop: Contender = {
  name: 'node-loop',
  dialect: 'loop',
  async start(_members, { core }) {
    const server = await startServer({ command: onNode(script), core });
    return { server, access: {}, stop: () => server.stop() };
  },
};
