import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onNode } from '../../kit/server.ts';
import type { Measuring } from '../measure.ts';
import type { PeerLoad, PeerResult } from './load.ts';
import type { Peer } from './peer.ts';

const program = join(import.meta.dirname, 'load.ts');

/** Starts a peer afresh, loads it once and stops it. */
export async function measurePeer(peer: Peer, { folder: base, probes, cores, warmSeconds, seconds }: Measuring): Promise<PeerResult> {
  const folder = join(base, `${peer.name}-${process.hrtime.bigint()}`);
  // Its processes may run as another user, who must get there.
  chmodSync(base, 0o711);
  mkdirSync(folder, { mode: 0o755 });
  try {
    const server = await peer.start(folder, probes.length, cores.server);
    try {
      const order: PeerLoad = { peer: peer.name, port: server.tcpPort, sites: probes.length, warmSeconds, seconds };
      const file = join(folder, 'load.json');
      writeFileSync(file, JSON.stringify(order));
      const command = onNode(program, [file]);
      if (cores.load !== undefined) command.unshift('taskset', '-c', String(cores.load));
      const { stdout } = await promisify(execFile)(command[0]!, command.slice(1));
      return JSON.parse(stdout) as PeerResult;
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
