import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import { join, relative } from 'node:path';
import type { Policy } from '@aerie/contract/reports';
import { Failure } from './failure.ts';
import type { LinkState } from './uplink.ts';

/** What a Harvester that runs says of itself. */
export interface RunningStatus {
  pid: number;
  link: LinkState;
  policy: Policy;
  scanning: boolean;
  /** How far a scan is that runs now. */
  scan: { phase: string; done: number; total: number } | null;
  lastScanAt: number | null;
  spoolDepth: number;
  /** Reports that wait in memory for room on the disk. */
  unwritten: number;
  /** Reports that were dropped before they were sent, since it runs. */
  dropped: number;
  /** A policy that it does not follow, and why. */
  refusedPolicy: { version: number; reason: string } | null;
  /** Another machine works with this probe's key: this one is kept out. */
  clone: { name: string } | null;
  /** This machine's clock minus Nester's; null until Nester was heard. */
  clockSkewMs: number | null;
}

export interface StatusDoor {
  close(): Promise<void>;
}

/** The shorter way to write it: a socket's path may have about 100 letters. */
function socketPath(folder: string): string {
  const path = join(folder, 'harvester.sock');
  const short = relative(process.cwd(), path);
  return short.length < path.length ? short : path;
}

/**
 * Answers each connection on `harvester.sock` with the status, and by being there keeps a second Harvester out of the folder.
 * @throws Failure when one is there
 */
export async function openStatusDoor(folder: string, status: () => RunningStatus): Promise<StatusDoor> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const other = await askStatus(folder);
  if (other)
    throw new Failure(
      `A Harvester already runs with ${folder} (process ${other.pid}). Stop it first, or give this one another folder with --data.`,
    );
  const path = socketPath(folder);
  // Nobody listens: it is what one that was killed left behind.
  rmSync(path, { force: true });
  const server = net.createServer(socket => {
    socket.on('error', () => {});
    socket.end(JSON.stringify(status()));
  });
  server.listen(path);
  await once(server, 'listening');
  chmodSync(path, 0o600);
  return { close: () => new Promise(done => server.close(() => done())) };
}

/** What the Harvester that runs with this folder says; undefined when none runs. */
export async function askStatus(folder: string): Promise<RunningStatus | undefined> {
  const socket = net.connect(socketPath(folder));
  socket.setTimeout(5_000, () => socket.destroy());
  let text = '';
  try {
    for await (const chunk of socket.setEncoding('utf8')) text += chunk as string;
    return JSON.parse(text) as RunningStatus;
  } catch {
    return undefined;
  }
}
