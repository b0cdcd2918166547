import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { within } from './wait.ts';

/** The opcodes of RFC 6455, section 5.2. */
export const opcodes = { text: 1, binary: 2, close: 8, ping: 9 } as const;

/** A WebSocket by hand, which can say what a correct one cannot. It does not look at what comes back. */
export class RawWebSocket {
  readonly socket: Socket;
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.socket = socket;
    const end = Promise.withResolvers<void>();
    this.closed = end.promise;
    socket.on('error', () => {});
    socket.once('close', () => end.resolve());
  }

  static async connect(url: string): Promise<RawWebSocket> {
    const { hostname, port, pathname, host } = new URL(url);
    const client = new RawWebSocket(connect(Number(port), hostname));
    const key = randomBytes(16).toString('base64');
    client.socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    const answer = Promise.withResolvers<string>();
    client.socket.once('data', data => answer.resolve(String(data)));
    client.socket.once('close', () => answer.reject(new Error('closed before the handshake')));
    const head = await within(10_000, 'the WebSocket handshake', answer.promise);
    if (!head.startsWith('HTTP/1.1 101')) throw new Error(`No WebSocket: ${head.split('\r\n')[0]}`);
    client.socket.resume();
    return client;
  }

  /** Sends one frame, masked as a client's must be. */
  send(payload: Uint8Array, opcode: number = opcodes.text): void {
    const mask = randomBytes(4);
    const masked = Buffer.from(payload).map((byte, index) => byte ^ mask[index % 4]!);
    this.socket.write(Buffer.concat([header(payload.length, opcode), mask, masked]));
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }
}

function header(length: number, opcode: number): Buffer {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.from([first, 0x80 | length]);
  if (length < 65_536) return Buffer.from([first, 0x80 | 126, length >> 8, length & 255]);
  const head = Buffer.alloc(10);
  head[0] = first;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
