import type net from 'node:net';
import tls from 'node:tls';
import type { Pipe } from './pipe.ts';

/** How long whoever does not take the last lines is waited for. */
const lastLinesMs = 2_000;

/** A TCP or TLS socket, or one of this machine's own, as a pipe. A class, since there may be ten thousand. */
export class SocketPipe implements Pipe {
  readonly #socket: net.Socket;

  constructor(socket: net.Socket) {
    this.#socket = socket;
  }

  write(data: Buffer | string): void {
    this.#socket.write(data);
  }

  writeParts(parts: readonly (Buffer | string)[]): void {
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    this.#socket.uncork();
  }

  get backlog(): number {
    return this.#socket.writableLength;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.end();
    setTimeout(() => this.destroy(), lastLinesMs).unref();
  }

  destroy(): void {
    const socket = this.#socket;
    // With a reset: otherwise the system goes on for minutes with what a client that never reads was sent.
    if (socket.remoteFamily !== undefined && !(socket instanceof tls.TLSSocket)) socket.resetAndDestroy();
    else socket.destroy();
  }
}
