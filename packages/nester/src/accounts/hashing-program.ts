import { spawnSync } from 'node:child_process';
import { flushCompileCache } from 'node:module';
import { constants, setPriority } from 'node:os';
import { deriveHere } from './argon2id.ts';

/** What this program is asked over its channel; bytes are base64. */
export interface Asked {
  id: number;
  message: string;
  salt: string;
  cost: { m: number; t: number; p: number };
  length: number;
}

/** What it answers. */
export type Answered = { id: number; tag: string } | { id: number; failure: string };

/**
 * Gives way to everybody: the lowest priority, and on Linux the policy of what is idle, where whoever talks is let past at
 * once and not only after a slice of time (sched(7)). The threads that hash are made later and inherit both. Where either is
 * not allowed, or `chrt` is not there, hashing costs the others a little more.
 */
function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // Not allowed.
  }
  if (process.platform === 'linux') spawnSync('chrt', ['-i', '-p', '0', String(process.pid)], { stdio: 'ignore' });
}

function answer(answered: Answered): void {
  process.send?.(answered);
}

async function derive({ id, message, salt, cost, length }: Asked): Promise<void> {
  try {
    const tag = await deriveHere({ message: Buffer.from(message, 'base64'), salt: Buffer.from(salt, 'base64'), cost, length });
    answer({ id, tag: tag.toString('base64') });
  } catch (error) {
    answer({ id, failure: (error as Error).message });
  }
}

giveWay();
// Ctrl-C reaches every program of a terminal, and PM2 signals all: the server ends when what it took is done, and this ends with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
// The server is gone, however it ended, or needs no hashes any more.
process.on('disconnect', () => process.exit(0));
process.on('message', (asked: Asked) => void derive(asked));
setImmediate(flushCompileCache);
