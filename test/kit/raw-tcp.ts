import { connect, type Socket } from 'node:net';
import { within } from './wait.ts';

/** How much of what came is kept to look into. */
const keptChars = 4_000;

/** A TCP client that writes any bytes and expects nothing. */
export class RawTcp {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #heard = '';
  readonly #listeners = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    const end = Promise.withResolvers<void>();
    this.closed = end.promise;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#heard = (this.#heard + text).slice(-keptChars);
      for (const listener of this.#listeners) listener();
    });
    socket.on('error', () => {});
    socket.once('close', () => end.resolve());
  }

  static async connect({ host, port }: { host: string; port: number }): Promise<RawTcp> {
    const client = new RawTcp(connect(port, host));
    const opened = Promise.withResolvers<void>();
    client.socket.once('connect', opened.resolve).once('error', opened.reject);
    await within(10_000, 'the TCP connection', opened.promise);
    return client;
  }

  write(data: string | Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(data);
  }

  /** Resolves when `text` has come (true), or the connection is closed (false). */
  async heard(text: string): Promise<boolean> {
    const found = Promise.withResolvers<boolean>();
    const look = () => {
      if (this.#heard.includes(text)) found.resolve(true);
    };
    this.#listeners.add(look);
    look();
    const result = await Promise.race([found.promise, this.closed.then(() => false)]);
    this.#listeners.delete(look);
    return result;
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }
}
