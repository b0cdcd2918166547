import { join } from 'node:path';
import { programPath } from '../../scripts/programs.ts';
import { startServer } from '../kit/server.ts';
import type { Contender } from './contender.ts';

const script = join(import.meta.dirname, '..', 'peers', 'classcord.py');

/** The Python server in `bench/peers/classcord.py`, which speaks the old Classcord wire. */
export const pythonLoop: Contender = {
  name: 'python',
  dialect: 'classcord',
  needs: 'python3',
  async start(_members, { core }) {
    const server = await startServer({ command: [programPath('python3') ?? 'python3', script], core });
    return { server, access: {}, stop: () => server.stop() };
  },
};
