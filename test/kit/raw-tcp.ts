import { connect, type Socket } from 'node:net';
import { within } from './wait.ts';

/** A TCP client that writes any bytes and expects nothing. */
export class RawTcp {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  /** The end of what came. */
  #heard = '';
  #onHeard = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    const end = Promise.withResolvers<void>();
    this.closed = end.promise;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#heard = (this.#heard + text).slice(-1_000);
      this.#onHeard();
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

  /**
   * Asks a last thing, in a form that either dialect answers with the marker in it, after an end of line for what was
   * left open. Resolves at the answer or at the close.
   */
  async settled(): Promise<void> {
    const marker = 'the-last-question';
    const answered = Promise.withResolvers<void>();
    this.#onHeard = () => {
      if (this.#heard.includes(marker)) answered.resolve();
    };
    this.write(`\n${JSON.stringify({ type: marker, id: 999_999, do: marker })}\n`);
    await Promise.race([answered.promise, this.closed]);
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }
}
