import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder, root } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';

/** A port of this computer's loopback that leads to one of another network, through a relay that runs there. */
export class WayIn {
  readonly port: number;
  readonly #folder: string;
  readonly #relay: ChildProcess;
  readonly #server: net.Server;

  private constructor(port: number, folder: string, relay: ChildProcess, server: net.Server) {
    this.port = port;
    this.#folder = folder;
    this.#relay = relay;
    this.#server = server;
  }

  /** @param start starts a program of this computer in that network */
  static async open(start: (command: string, args: string[]) => ChildProcess, port: number): Promise<WayIn> {
    const folder = mkdtempSync(join(tmpdir(), 'aerie-way-'));
    const path = join(folder, 'socket');
    const relay = start(process.execPath, [join(root, 'test/deploy/relay.ts'), `${path}=127.0.0.1=${port}`]);
    await within(15_000, 'the relay', once(relay.stdout!, 'data'));
    const server = net.createServer({ allowHalfOpen: true }, near => {
      const far = net.connect({ path, allowHalfOpen: true });
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
      near.pipe(far).pipe(near);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new WayIn((server.address() as net.AddressInfo).port, folder, relay, server);
  }

  close(): void {
    this.#server.close();
    this.#relay.kill('SIGKILL');
    removeFolder(this.#folder);
  }
}
