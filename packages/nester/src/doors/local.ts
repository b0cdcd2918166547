import { chmodSync, rmSync } from 'node:fs';
import net from 'node:net';
import { acceptLines, type LineDoorParts } from './tcp.ts';

/**
 * `nester.sock`: frames from the machine's own administrator. Whoever may open the file (0600, in a folder 0700) acts as `local`.
 * @throws the system's error when the path cannot be used, such as one longer than 107 bytes
 */
export async function localServer(parts: LineDoorParts, path: string): Promise<net.Server> {
  rmSync(path, { force: true });
  const server = net.createServer(socket => {
    const connection = acceptLines(parts, socket, 'local', 'local');
    if (connection) {
      connection.dialect = 'framed';
      connection.actLocal();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return server;
}
