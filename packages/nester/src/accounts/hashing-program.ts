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
 * Gives way to whoever talks: beside a server that is fully busy, hashing gets a tenth of the core. Not the lowest priority,
 * nor the policy for what is idle: then whoever logs in at a busy server would wait for minutes. Threads that are made
 * later inherit it.
 */
function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not allowed here: hashing costs the others a little more.
  }
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
